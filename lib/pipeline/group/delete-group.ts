import type { GroupAnswer, GroupName } from '../../containers/container-groups.ts';
import { type Services, secondsAfter } from '../services.ts';

const USUAL_WAIT_SECONDS = 60;

/**
 * Deletes a container group. Azure counts deletions and creations together, so a 429 holds back new
 * groups of all jobs, but never deletions. The reaper retries a failed one after the group's
 * expiry.
 */
export async function deleteGroup(services: Services, group: GroupName): Promise<GroupAnswer> {
  const answer = await services.groups.delete(group);
  if (answer.ok) return answer;
  services.log.warn('group not deleted', { group, refusal: answer.refusal });
  if (answer.refusal === 'throttled') {
    const wait = answer.retryAfterSeconds ?? USUAL_WAIT_SECONDS;
    await services.throttle.holdUntil(secondsAfter(services.clock.now(), wait));
  }
  return answer;
}
