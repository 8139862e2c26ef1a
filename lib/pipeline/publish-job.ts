import { clearJob } from './clear-job.ts';
import type { HeldJob } from './held-job.ts';
import { ownTargets } from './job-targets.ts';
import { publishTarget } from './publish-target.ts';
import type { Services } from './services.ts';
import type { StepEnd } from './step-job.ts';

/** Publishes one target a step, so that no step grows with its job. */
export async function publishNext(services: Services, held: HeldJob): Promise<StepEnd> {
  const [target] = await ownTargets(services, held.row);
  if (target !== undefined) {
    await publishTarget(services, held, target);
    return { changes: {}, delaySeconds: 0 };
  }
  await clearJob(services, held);
  return { changes: { state: 'done', finishedAt: services.clock.now() }, delaySeconds: 0 };
}
