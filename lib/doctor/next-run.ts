import { nextOccurrence } from '../settings/occurrences.ts';
import { MOST_YEARS } from '../settings/schedule.ts';
import type { Settings } from '../settings.ts';

/** When the timer starts a run next. */
export type NextRun =
  | { readonly kind: 'at'; readonly time: Date }
  /** The name of the setting that disables the timer. */
  | { readonly kind: 'disabled'; readonly by: string }
  | { readonly kind: 'not-within-years' };

export function nextRun(
  { schedule, runsDisabledBy }: Pick<Settings, 'schedule' | 'runsDisabledBy'>,
  now: Date,
): NextRun {
  if (runsDisabledBy !== undefined) return { kind: 'disabled', by: runsDisabledBy };
  const time = nextOccurrence(schedule, now, MOST_YEARS);
  return time === undefined ? { kind: 'not-within-years' } : { kind: 'at', time };
}

/** For the doctor's findings. */
export function nextRunText(next: NextRun): string {
  switch (next.kind) {
    case 'at':
      return `next run ${next.time.toISOString()}`;
    case 'disabled':
      return `no next run: the setting ${next.by} disables the timer scheduledRun`;
    case 'not-within-years':
      return `no next run within ${MOST_YEARS} years`;
    default:
      return next satisfies never;
  }
}
