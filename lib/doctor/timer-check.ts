import { missedReaping } from '../pipeline/upkeep/timer-watch.ts';
import { lastOccurrence } from '../settings/occurrences.ts';
import type { Check } from './check.ts';
import { pass, warn } from './outcome.ts';

/** Longer than the app itself waits before it does the work of a timer (`TimerWatch`). */
const LATE_SECONDS = 15 * 60;

export const timerCheck: Check = {
  id: 'timers',
  title: 'The app’s timers fire',
  needs: ['storage-tables'],
  async run({ services, settings }) {
    const startedAt = await services.timers.reaperStartedAt();
    if (startedAt === undefined) return pass('the reaper has not started yet');
    const detail = `the reaper started last at ${startedAt.toISOString()}`;
    const late = { startedAt, now: services.clock.now(), lateSeconds: LATE_SECONDS };
    const due = missedReaping((notAfter) => lastOccurrence(settings.reapSchedule, notAfter), late);
    if (due === undefined) return pass(detail);
    return warn(
      `${detail}, although its timer was due at ${due.toISOString()}`,
      'Check that the app runs (GET /api/health), and restart it. If its timers still don’t fire, let an uptime monitor call /api/health every few minutes: each call does what is overdue (docs/operate.md, "Timers that stop").',
    );
  },
};
