import { sendStep } from '../messages.ts';
import { type Job, jobIdOf } from '../records/job.ts';
import type { Run } from '../records/run.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import type { PlannedJob } from './group-into-jobs.ts';
import { waitForHolder } from './take-over.ts';

/** Writes claims, then the job, then its targets. After a crash the next tick adds the rest. */
export async function makeJob(services: Services, run: Run, planned: PlannedJob): Promise<void> {
  const { kind } = planned;
  // A dry run only looks, so it claims nothing.
  const claims = kind === 'scan' && !run.dryRun;
  const targets = claims ? await claimed(services, run, planned.targets) : planned.targets;
  const [first] = targets;
  if (first === undefined) return;
  const rounds = targets.map(({ id, round }) => ({ id, round: round + 1 }));
  const jobId = jobIdOf(run.id, kind, rounds);
  await services.jobs.add({
    id: jobId,
    runId: run.id,
    kind,
    ...(kind === 'publish' && { repository: first.repository }),
    ...(kind === 'patch' && { repositories: [...new Set(targets.map((one) => one.repository))] }),
    targets: [...targets, ...planned.behind].map(({ id }) => id),
    createdAt: services.clock.now(),
  });
  for (const target of targets) {
    const assigned = { job: jobId, round: target.round + 1 };
    if (target.state === 'queued') {
      const movedAt = services.clock.now();
      await services.targets.move(target, 'scanning', { ...assigned, movedAt });
    } else await services.targets.change(target, assigned);
  }
}

/** Returns the targets whose image this run has claimed. The others wait for the run that has it. */
async function claimed(
  services: Services,
  run: Run,
  targets: readonly Stored<Target>[],
): Promise<readonly Stored<Target>[]> {
  const kept: Stored<Target>[] = [];
  for (const target of targets) {
    const { repository, sourceDigest: digest } = target;
    if (digest === undefined) throw new Error('a target to be scanned has no source');
    const terms = { now: services.clock.now(), over: new Set<string>() };
    const claim = await services.inventory.claim({ repository, digest }, run, terms);
    if (claim.ok) kept.push(target);
    else await waitForHolder(services, target, claim.heldBy);
  }
  return kept;
}

export async function admitJob(services: Services, job: Stored<Job>): Promise<void> {
  const admitted = await services.jobs.admit(job, services.clock.now());
  if (admitted !== undefined) await sendStep(services, admitted);
}

/** Ends a job that never started. Its targets end with the run. */
export async function dropJob(services: Services, job: Stored<Job>): Promise<void> {
  await services.jobs.drop(job, services.clock.now());
}
