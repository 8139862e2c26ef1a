import type { RunView } from '../../lib/history/run-view.ts';
import { counted, formatSeconds } from './format.ts';

type Use = Pick<
  RunView,
  'groups' | 'unseenGroups' | 'scanSeconds' | 'patchSeconds' | 'verifySeconds' | 'cost' | 'currency'
>;

/** What a run's container groups did: `3 groups: scan 4 min, patch 20 min, verify 2 min`. */
export function groupsOf(run: Use): string | null {
  const unseen = run.unseenGroups ?? 0;
  if (run.groups === null || run.groups + unseen === 0) return null;
  const kinds = [
    ['scan', run.scanSeconds],
    ['patch', run.patchSeconds],
    ['verify', run.verifySeconds],
  ] as const;
  const parts = kinds.flatMap(([kind, seconds]) =>
    seconds === null || seconds === 0 ? [] : [`${kind} ${formatSeconds(seconds)}`],
  );
  const more = unseen === 0 ? '' : `; the time of ${counted(unseen, 'more group')} is unknown`;
  const known = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  return `${counted(run.groups, 'group')}${known}${more}`;
}

/** The estimated cost of a run's container groups: `about 0.42 EUR`. Null without prices. */
export function costOf({ cost, currency, unseenGroups }: Use): string | null {
  if (cost === null) return null;
  const least = (unseenGroups ?? 0) > 0 ? 'at least' : 'about';
  return `${least} ${cost} ${currency ?? ''}`.trimEnd();
}
