import type { InventoryTag } from './inventory-tag.ts';

/** The columns that tell what a run changed, and where the tag pointed before it was pushed again. */
export type TagChanges = Pick<
  InventoryTag,
  'change' | 'changedIn' | 'changedAt' | 'previousDigest' | 'movedAt'
>;

type Plain = Omit<InventoryTag, keyof TagChanges>;

function changesIn(known: InventoryTag): TagChanges {
  const { change, changedIn, changedAt, previousDigest, movedAt } = known;
  return { change, changedIn, changedAt, previousDigest, movedAt };
}

/**
 * Returns the columns that say what a run changed. If nothing changed that a reader would notice, they
 * stay as they were: an image that is patched and then `already-patched`, or failed and then backs off,
 * did not change.
 */
export function tagChanges(
  known: InventoryTag | undefined,
  record: Plain,
  by: { readonly runId: string; readonly at: Date },
): TagChanges {
  const kept = known === undefined ? {} : changesIn(known);
  const words = changeWords(known, record);
  if (words.length === 0) return kept;
  const earlier = known?.changedIn === by.runId ? (known.change ?? '').split(', ') : [];
  const change = [...new Set([...earlier, ...words])].filter(Boolean).join(', ');
  const moved = words.includes('moved') && { previousDigest: known?.digest, movedAt: by.at };
  return { ...kept, ...moved, change, changedIn: by.runId, changedAt: by.at };
}

function changeWords(known: InventoryTag | undefined, record: Plain): readonly string[] {
  if (known === undefined) return ['new'];
  const told = {
    back: !known.present && record.present,
    gone: known.present && !record.present,
    moved: isOther(known.digest, record.digest),
    patch: record.present && known.patchDigest !== record.patchDigest,
    findings: record.present && findingsOf(known) !== findingsOf(record),
    outcome: record.present && isOtherOutcome(known, record),
  };
  return Object.entries(told).flatMap(([word, changed]) => (changed ? [word] : []));
}

function isOther(known: string | undefined, found: string | undefined): boolean {
  return known !== undefined && found !== undefined && known !== found;
}

function findingsOf(record: Plain): string {
  const { counts, critical, high, medium, low, unknown, fixable } = record;
  const own = [counts, critical, high, medium, low, unknown, fixable];
  const { patchCounts, patchCritical, patchHigh, patchMedium, patchLow } = record;
  const { patchUnknown, patchFixable } = record;
  const severities = [patchCritical, patchHigh, patchMedium, patchLow, patchUnknown];
  return JSON.stringify([own, patchCounts, severities, patchFixable]);
}

/** A tag that waits has the outcome of the run before, and a later run takes it. */
function isOtherOutcome(known: Plain, record: Plain): boolean {
  if (known.state === 'waiting' || record.state === 'waiting') return false;
  return outcomeOf(known) !== outcomeOf(record);
}

function outcomeOf({ state, reason }: Plain): string {
  return `${state === 'already-patched' ? 'patched' : state} ${reason ?? ''}`;
}
