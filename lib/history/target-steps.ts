import { Reason } from '../pipeline/records/reasons.ts';
import type { TargetView } from './target-view.ts';

/** A change of state of an image in one run. */
export interface TargetStep {
  readonly runId: string;
  /** ISO 8601. */
  readonly at: string;
  /** A state of the target, or `discovered`. */
  readonly state: string;
  readonly reason: Reason | null;
  /** The job that had the image. */
  readonly job: string | null;
}

/** Each change of state with its time, the first one first. Rows of earlier versions have only some. */
export function stepsOf(target: TargetView): readonly TargetStep[] {
  const { runId, events, state, reason, discoveredAt, scannedAt, verifiedAt, finishedAt } = target;
  const step = (name: string, at: string | null, why: Reason | null = null): TargetStep[] =>
    at === null ? [] : [{ runId, at, state: name, reason: why, job: null }];
  const first = step('discovered', discoveredAt);
  if (events === null) {
    return [
      ...first,
      ...step('scanned', scannedAt),
      ...step('verified', verifiedAt),
      ...step(state, finishedAt, reason),
    ];
  }
  return [...first, ...events.split('\n').map((line) => stepIn(line, runId))];
}

/** Reads a line such as `2026-11-23T02:06:02.000Z failed tool-failed patch-27e1598798443f78`. */
function stepIn(line: string, runId: string): TargetStep {
  const [at = '', state = '', ...words] = line.split(' ');
  const reason = Reason.safeParse(words[0]);
  const [job = null] = reason.success ? words.slice(1) : words;
  return { runId, at, state, reason: reason.success ? reason.data : null, job };
}
