import type { Status } from '../../lib/history/status.ts';
import type { OutcomeName } from './run-outcomes.ts';

/** Active states count as one: which of them it is changes every minute. */
export interface StateShare {
  readonly label: string;
  /** The color of the chart. */
  readonly tone: OutcomeName | 'active';
  readonly count: number;
  /** How many images come before these in the bar. */
  readonly from: number;
}

const ROWS: readonly Pick<StateShare, 'label' | 'tone'>[] = [
  { label: 'patched', tone: 'patched' },
  { label: 'already patched', tone: 'alreadyPatched' },
  { label: 'clean', tone: 'clean' },
  { label: 'a run works on them', tone: 'active' },
  { label: 'planned', tone: 'planned' },
  { label: 'waiting', tone: 'waiting' },
  { label: 'skipped', tone: 'skipped' },
  { label: 'canceled', tone: 'canceled' },
  { label: 'rejected', tone: 'rejected' },
  { label: 'failed', tone: 'failed' },
];

/** The images by what the last run did about each, in the order of the chart of runs. */
export function imagesByState({ byState }: Pick<Status, 'byState'>): readonly StateShare[] {
  const counts = new Map<StateShare['tone'], number>();
  for (const [state, count] of Object.entries(byState)) {
    const tone = state === 'already-patched' ? 'alreadyPatched' : state;
    const known = ROWS.find((row) => row.tone === tone)?.tone ?? 'active';
    counts.set(known, (counts.get(known) ?? 0) + count);
  }
  let from = 0;
  return ROWS.flatMap(({ label, tone }) => {
    const count = counts.get(tone) ?? 0;
    const share = { label, tone, count, from };
    from += count;
    return count === 0 ? [] : [share];
  });
}
