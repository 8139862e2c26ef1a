import type { GroupAnswer, GroupName } from '../../containers/container-groups.ts';
import { type Services, secondsAfter } from '../services.ts';
import { throttleUntil } from './throttle.ts';

const USUAL_WAIT_SECONDS = 60;

/**
 * Deletes a container group. Azure's rate of deletions is that of everything else: a 429 quietens all
 * that create. It is not asked for leave itself: a deletion makes room, and one that is refused is
 * left to the reaper, by the group's expiry.
 */
export async function deleteGroup(services: Services, group: GroupName): Promise<GroupAnswer> {
  const answer = await services.groups.delete(group);
  if (answer.ok) return answer;
  services.log.warn('group not deleted', { group, refusal: answer.refusal });
  if (answer.refusal === 'throttled') {
    const wait = answer.retryAfterSeconds ?? USUAL_WAIT_SECONDS;
    await throttleUntil(services, secondsAfter(services.clock.now(), wait));
  }
  return answer;
}
