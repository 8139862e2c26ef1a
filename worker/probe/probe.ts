import { readFile, statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { failureName } from '../../lib/http/connection-failure.ts';
import { ACCEPTED_MANIFESTS } from '../../lib/image/manifest-types.ts';
import { ProbeJobFile } from '../../lib/job/probe-job.ts';
import { MAX_BUILDER_FAULT, ProbeResult } from '../../lib/job/probe-result.ts';
import { shorten } from '../../lib/text/shorten.ts';
import { askBuildkit } from '../builder/ask-buildkit.ts';
import { tlsFilesOf } from '../builder/builder.ts';
import { probeBuilder } from '../builder/choose-builder.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import type { WorkerEnd } from '../context/worker-end.ts';
import { type DockerConfig, registryToken } from '../input/docker-config.ts';
import { readGroupFolder } from '../input/job-folder.ts';
import { prepareToolEnvironment } from '../tools/tool-environment.ts';
import { toolVersions } from '../tools/tool-versions.ts';
import { sendRequest } from '../transfer/send-request.ts';
import { uploadBlob } from '../transfer/upload-blob.ts';
import { runTrials } from './probe-trials.ts';

const STATUS_FIELDS = ['CapEff', 'Seccomp', 'NoNewPrivs'] as const;

/**
 * Tests the privileges of this container and stores the result for `patchwright doctor --probe`.
 */
export async function runProbe(context: WorkerContext, folder: string): Promise<WorkerEnd> {
  const input = await readGroupFolder(folder, context.secrets, ProbeJobFile);
  if (!input.ok) {
    for (const fault of input.fault) context.log.error('The probe cannot be done.', { fault });
    return 'bad-input';
  }
  const { job, dockerConfig } = input.value;
  if (job.extraCa !== undefined) context.trust(job.extraCa);
  const { extraCa } = job;
  const environment = await prepareToolEnvironment(context, { jobFolder: folder, extraCa });
  const { bavail, bsize } = await statfs(context.scratch);
  const builder = await probeBuilder(context, environment);
  const result: ProbeResult = {
    version: 2,
    kind: 'probe',
    probeId: job.probeId,
    kernel: release().slice(0, 128),
    userId: process.getuid?.() ?? -1,
    status: await processStatus(),
    trials: await runTrials(context, environment),
    tools: await toolVersions(context, job.tools, environment),
    freeBytes: bavail * bsize,
    registry: await askRegistry(context, job, dockerConfig),
    ...(builder.ok
      ? { builder: builder.report }
      : { builderFault: shorten(builder.message, MAX_BUILDER_FAULT) }),
    ...(job.buildkitAddress !== undefined && {
      buildkit: await askBuildkit(job.buildkitAddress, tlsFilesOf(folder)),
    }),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(ProbeResult.parse(result)));
  const upload = await uploadBlob(context, job.resultUrl, bytes);
  if (upload.outcome !== 'failed') return upload.outcome === 'created' ? 'done' : 'already-written';
  context.log.error('The result was not stored.', { reason: upload.why });
  return 'result-not-stored';
}

async function processStatus(): Promise<Record<string, string>> {
  const text = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.split(/:\s*/, 2));
  const wanted: readonly string[] = STATUS_FIELDS;
  return Object.fromEntries(
    lines.flatMap(([name = '', value = '']) =>
      wanted.includes(name) ? [[name, value.slice(0, 64)]] : [],
    ),
  );
}

async function askRegistry(
  context: WorkerContext,
  { registry, image }: ProbeJobFile,
  dockerConfig: DockerConfig,
): Promise<ProbeResult['registry']> {
  const token = registryToken(dockerConfig, registry) ?? '';
  const url = `https://${registry}/v2/${image.repository}/manifests/${image.digest}`;
  try {
    const headers = { authorization: `Bearer ${token}`, accept: ACCEPTED_MANIFESTS };
    const { response } = await sendRequest(context, url, { method: 'HEAD', headers });
    return { ok: response.status === 200, detail: `answered ${response.status}` };
  } catch (error) {
    return { ok: false, detail: `no answer (${failureName(error)})`.slice(0, 300) };
  }
}
