import { counted, formatCount, formatSeconds } from './amount-text.ts';
import type { RunView } from './run-view.ts';

type Groups = Pick<
  RunView,
  'groups' | 'unseenGroups' | 'scanSeconds' | 'patchSeconds' | 'verifySeconds'
>;

/** What a run's container groups did: `3 groups: scan 4 min, patch 20 min`. Null if it had none. */
export function groupsText(run: Groups): string | null {
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

/** Requests of the app to storage: `at least 1,200`. Null if an earlier version started the run. */
export function requestsText({
  storageOperations,
}: Pick<RunView, 'storageOperations'>): string | null {
  return storageOperations === null ? null : `at least ${formatCount(storageOperations)}`;
}

/** The estimated cost of a run: `about 0.42 EUR`. Null without prices. */
export function costText({
  cost,
  currency,
  unseenGroups,
}: Pick<RunView, 'cost' | 'currency' | 'unseenGroups'>): string | null {
  if (cost === null) return null;
  const least = (unseenGroups ?? 0) > 0 ? 'at least' : 'about';
  return `${least} ${cost} ${currency ?? ''}`.trimEnd();
}
