import { TimerWatch } from '../lib/pipeline/upkeep/timer-watch.ts';
import { cronText, lastOccurrence } from '../lib/settings/occurrences.ts';
import type { Settings } from '../lib/settings.ts';

/** The watch over this instance's two timers. Queue and HTTP functions look at it. */
export function watchTimers(
  settings: Pick<Settings, 'schedule' | 'reapSchedule' | 'runsDisabledBy'>,
): TimerWatch {
  const { schedule, reapSchedule, runsDisabledBy } = settings;
  return new TimerWatch({
    reaper: (notAfter) => lastOccurrence(reapSchedule, notAfter),
    runs:
      runsDisabledBy === undefined
        ? { schedule: cronText(schedule), last: (notAfter) => lastOccurrence(schedule, notAfter) }
        : undefined,
  });
}
