import type { HeldJob } from '../held-job.ts';
import { publishTarget } from '../publish/publish-target.ts';
import { isIntended } from '../records/target.ts';
import type { Services } from '../services.ts';
import { finishTarget } from '../targets/change-target.ts';
import { ownTargets } from '../targets/job-targets.ts';
import { clearJob } from './clear-job.ts';
import type { StepEnd } from './step-end.ts';

/**
 * Publishes one target per step, so that the time of a step does not grow with the job. In a
 * canceled run it publishes only targets whose tag is reserved.
 */
export async function publishNext(
  services: Services,
  held: HeldJob,
  run: { readonly canceled: boolean },
): Promise<StepEnd> {
  const [target] = await ownTargets(services, held.job);
  if (target !== undefined) {
    if (run.canceled && !isIntended(target)) {
      await finishTarget(services, target, { state: 'canceled', reason: 'canceled' });
    } else await publishTarget(services, held, target);
    return { changes: {}, delaySeconds: 0 };
  }
  await clearJob(services, held);
  return { changes: { state: 'done', finishedAt: services.clock.now() }, delaySeconds: 0 };
}
