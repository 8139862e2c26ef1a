import type { JobResult } from '../../job/job-result.ts';
import type { HeldJob } from '../held-job.ts';
import { collectPatches } from '../results/collect-patches.ts';
import { collectScans } from '../results/collect-scans.ts';
import { collectVerifications } from '../results/collect-verifications.ts';
import type { Services } from '../services.ts';
import { clearJob } from './clear-job.ts';
import { loseJob } from './lose-job.ts';
import type { StepEnd } from './step-end.ts';

/**
 * Decides each target of a job by the group's result, then clears up. Idempotent: a decided target
 * no longer names the job.
 */
export async function collectResult(
  services: Services,
  held: HeldJob,
  result: JobResult,
): Promise<StepEnd> {
  const { kind } = held.job;
  if (kind === 'scan' && result.kind === 'scan') await collectScans(services, held, result);
  else if (kind === 'verify' && result.kind === 'scan')
    await collectVerifications(services, held, result);
  else if (kind === 'patch' && result.kind === 'patch')
    await collectPatches(services, held, result);
  else {
    const detail = `the result of a ${kind} job is of kind ${result.kind}`;
    return loseJob(services, held, { reason: 'result-invalid', detail });
  }
  await clearJob(services, held);
  return { changes: { state: 'done', finishedAt: services.clock.now() }, delaySeconds: 0 };
}
