import { SEVERITIES, type Severity } from '../../report/finding.ts';
import type { IndexChange } from './examine-tag.ts';
import { EXPOSURE_OF, type Exposure, exposureOf } from './exposure.ts';
import type { RunId } from './run-id.ts';
import type { TagIndex } from './tag-index.ts';
import type { TargetDays } from './target-days.ts';

const DAY_MS = 24 * 3600 * 1000;

/** The severities of which an open finding has had a fix for longer than its target. */
function beyondTargets(exposure: Exposure, targets: TargetDays, at: Date): readonly Severity[] {
  return SEVERITIES.filter((severity) => {
    const [since, days] = [exposure[EXPOSURE_OF[severity]], targets[severity]];
    if (since === undefined || days === undefined) return false;
    return at.getTime() - since.getTime() > days * DAY_MS;
  });
}

/**
 * Remembers in a tag's index which severities are beyond their targets, and which of them a run found
 * so first. A step that is repeated finds the same.
 */
export function withMissed(
  known: TagIndex | undefined,
  change: IndexChange | undefined,
  run: { readonly runId: RunId; readonly at: Date; readonly targets: TargetDays },
): IndexChange | undefined {
  if (change === undefined) return undefined;
  const { runId, at, targets } = run;
  const beyond = beyondTargets(exposureOf(change.next, at), targets, at);
  const before = severitiesIn(known?.beyond);
  const found = missedBy(known, runId);
  const missed = beyond.filter((one) => !before.includes(one) || found.includes(one));
  const first = missed.length === 0 ? known : { missedIn: runId, missed: textOf(missed) };
  const { missedIn, missed: text } = first ?? {};
  return { ...change, next: { ...change.next, beyond: textOf(beyond), missedIn, missed: text } };
}

/** The severities that a run found beyond their targets first, and that still are. */
export function missedBy(index: TagIndex | undefined, runId: RunId): readonly Severity[] {
  if (index?.missedIn !== runId) return [];
  const beyond = severitiesIn(index.beyond);
  return severitiesIn(index.missed).filter((one) => beyond.includes(one));
}

/** Reads `critical,high`. */
export function severitiesIn(text: string | undefined): readonly Severity[] {
  const words = (text ?? '').split(',');
  return SEVERITIES.filter((severity) => words.includes(severity));
}

/** Undefined if there is none. */
export function textOf(severities: readonly Severity[]): string | undefined {
  return severities.length === 0 ? undefined : severities.join(',');
}
