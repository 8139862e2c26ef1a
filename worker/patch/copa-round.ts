import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tag } from '../../lib/image/reference.ts';
import type { FixableFinding, PatchJobFile } from '../../lib/job/job-file.ts';
import type { BuilderAddress } from '../builder/builder.ts';
import type { WorkerContext } from '../context/worker-context.ts';
import { runTool } from '../tools/run-tool.ts';
import type { ToolEnvironment } from '../tools/tool-environment.ts';
import { patchImage } from './copa-command.ts';
import { copaOutcome } from './copa-outcome.ts';
import { copaReport } from './copa-report.ts';
import { type RoundEnd, roundEnd } from './round-end.ts';
import { readStagedTag } from './staged-tag.ts';

export interface Round {
  readonly job: PatchJobFile;
  readonly image: PatchJobFile['images'][number];
  /** The image's place in the job, from 0. */
  readonly index: number;
  /** From 1. */
  readonly round: number;
  readonly findings: readonly FixableFinding[];
  readonly builder: Extract<BuilderAddress, { ok: true }>;
  readonly environment: ToolEnvironment;
  /** The registry's bearer token. */
  readonly token: string | undefined;
  readonly seconds: number;
}

/** Runs Copa once with some of an image's findings. Each round pushes to its own tag. */
export async function runRound(context: WorkerContext, round: Round): Promise<RoundEnd> {
  const { job, findings, builder, environment, seconds } = round;
  // Keeps the patch of an earlier round under its own tag, since it may be the final one.
  const suffix = round.round === 1 ? '' : `-${round.round}`;
  const stagingTag = Tag.parse(`${round.image.stagingTag}${suffix}`);
  const image = { ...round.image, stagingTag, findings: [...findings] };
  const reportFile = join(context.scratch, `findings-${round.index}.json`);
  const where = { registry: job.registry, repository: job.repository };
  try {
    await writeFile(reportFile, JSON.stringify(copaReport(image, where)));
    const before = await stagedTag(context, round, stagingTag);
    const command = patchImage(job, image, {
      buildkitAddress: builder.address,
      tls: builder.tls,
      reportFile,
      seconds,
      environment,
    });
    const run = await runTool(context, command, seconds);
    const outcome = copaOutcome(run, before, await stagedTag(context, round, stagingTag));
    return roundEnd(outcome, run.stderr, new Set(findings.map((one) => one.package)));
  } finally {
    await rm(reportFile, { force: true });
  }
}

function stagedTag(context: WorkerContext, { job, token }: Round, tag: Tag) {
  return readStagedTag(context, {
    registry: job.registry,
    repository: job.staging,
    tag,
    token,
    ownCa: job.extraCa !== undefined,
  });
}
