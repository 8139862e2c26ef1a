import { JOB_FOLDER_VARIABLE, type JobFile } from '../lib/job/job-file.ts';
import type { JobResult } from '../lib/job/job-result.ts';
import type { WorkerContext } from './context/worker-context.ts';
import type { WorkerEnd } from './context/worker-end.ts';
import { type DockerConfig, registryToken } from './input/docker-config.ts';
import { readJobFolder } from './input/job-folder.ts';
import { patchJob } from './patch/patch-job.ts';
import { runProbe } from './probe/probe.ts';
import { ALREADY_WRITTEN } from './scan/scan-image.ts';
import { scanJob } from './scan/scan-job.ts';
import { prepareToolEnvironment, type ToolEnvironment } from './tools/tool-environment.ts';
import { toolVersions } from './tools/tool-versions.ts';
import { isWritten } from './transfer/upload-blob.ts';
import { writeResult } from './transfer/write-result.ts';

/** Runs the job in the folder from the environment, and stores its result. */
export async function runWorker(
  context: WorkerContext,
  subcommand: string | undefined,
): Promise<WorkerEnd> {
  const startedAt = context.clock.now();
  const folder = context.environment[JOB_FOLDER_VARIABLE];
  if (folder === undefined || folder === '') {
    return refuse(context, [`the environment variable ${JOB_FOLDER_VARIABLE} is not set`]);
  }
  if (subcommand === 'probe') return end(context, await runProbe(context, folder));
  const input = await readJobFolder(context, folder);
  if (!input.ok) return refuse(context, input.fault);
  const { job, dockerConfig } = input.value;
  if (job.kind !== subcommand) {
    return refuse(context, [
      `the subcommand is "${subcommand ?? ''}", but the job is of kind "${job.kind}"`,
    ]);
  }

  context.log.info('The job begins.', {
    jobId: job.jobId,
    attempt: job.attempt,
    kind: job.kind,
    images: job.images.length,
    deadline: job.deadline,
  });
  if (job.extraCa !== undefined) context.trust(job.extraCa);
  // A restarted container has nothing left to do.
  if (await isWritten(context, job.resultUrl)) return end(context, 'already-written');

  const { extraCa } = job;
  const environment = await prepareToolEnvironment(context, { jobFolder: folder, extraCa });
  const work = await doJob(context, { job, dockerConfig, environment, jobFolder: folder });
  if (context.stop.aborted) return end(context, 'stopped');
  if (work === ALREADY_WRITTEN) return end(context, 'already-written');
  const tools = await toolVersions(context, toolsOf(work), environment);

  const upload = await writeResult(context, job.resultUrl, {
    version: 1,
    jobId: job.jobId,
    attempt: job.attempt,
    startedAt: startedAt.toISOString(),
    finishedAt: context.clock.now().toISOString(),
    tools,
    ...work,
  });
  switch (upload.outcome) {
    case 'created':
      return end(context, 'done');
    case 'exists':
      return end(context, 'already-written');
    case 'failed':
      context.log.error('The result was not stored.', { reason: upload.why });
      return end(context, 'result-not-stored');
  }
}

type Work =
  | Pick<Extract<JobResult, { kind: 'scan' }>, 'kind' | 'advisoryPlatforms' | 'images'>
  | Pick<Extract<JobResult, { kind: 'patch' }>, 'kind' | 'images' | 'builder' | 'refusals'>;

async function doJob(
  context: WorkerContext,
  options: {
    readonly job: JobFile;
    readonly dockerConfig: DockerConfig;
    readonly environment: ToolEnvironment;
    readonly jobFolder: string;
  },
): Promise<Work | typeof ALREADY_WRITTEN> {
  const { job, environment, jobFolder } = options;
  if (job.kind === 'scan') {
    const scan = await scanJob(context, job, environment);
    if (scan === ALREADY_WRITTEN) return scan;
    return {
      kind: 'scan',
      advisoryPlatforms: [...scan.advisoryPlatforms],
      images: [...scan.images],
    };
  }

  const token = registryToken(options.dockerConfig, job.registry);
  const patch = await patchJob(context, job, { environment, token, jobFolder });
  return {
    kind: 'patch',
    images: [...patch.images],
    builder: patch.builder,
    ...(patch.refusals !== undefined && { refusals: [...patch.refusals] }),
  };
}

/** The mount-free builder prints no version, because it is built with the worker. */
function toolsOf(work: Work): readonly string[] {
  if (work.kind === 'scan') return ['trivy'];
  return work.builder === 'upstream' ? ['copa', 'buildkitd'] : ['copa'];
}

function refuse(context: WorkerContext, faults: readonly string[]): WorkerEnd {
  for (const fault of faults) context.log.error('The job cannot be done.', { fault });
  return end(context, 'bad-input');
}

function end(context: WorkerContext, how: WorkerEnd): WorkerEnd {
  context.log.info('The worker ends.', { how });
  return how;
}
