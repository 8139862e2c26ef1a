import { finishTarget } from './change-target.ts';
import { clearJob } from './clear-job.ts';
import type { HeldJob } from './held-job.ts';
import { ownTargets } from './job-targets.ts';
import { isIntended } from './plan-tick.ts';
import { publishTarget } from './publish-target.ts';
import type { Services } from './services.ts';
import type { StepEnd } from './step-job.ts';

/**
 * Publishes one target a step, so that no step grows with its job. In a run that was canceled only
 * what was begun is finished.
 */
export async function publishNext(
  services: Services,
  held: HeldJob,
  run: { readonly canceled: boolean },
): Promise<StepEnd> {
  const [target] = await ownTargets(services, held.row);
  if (target !== undefined) {
    if (run.canceled && !isIntended(target.row)) {
      await finishTarget(services, target, { state: 'canceled', reason: 'canceled' });
    } else await publishTarget(services, held, target);
    return { changes: {}, delaySeconds: 0 };
  }
  await clearJob(services, held);
  return { changes: { state: 'done', finishedAt: services.clock.now() }, delaySeconds: 0 };
}
