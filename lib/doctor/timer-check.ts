import { lastOccurrence } from '../settings/occurrences.ts';
import type { Check } from './check.ts';
import { pass, warn } from './outcome.ts';

/** Longer than the app itself waits before it does the work of a timer (`TimerWatch`). */
const LATE_MS = 15 * 60_000;
/** A timer may fire some milliseconds early. */
const EARLY_MS = 1000;

export const timerCheck: Check = {
  id: 'timers',
  title: 'The app’s timers fire',
  needs: ['storage-tables'],
  async run({ services, settings }) {
    const startedAt = await services.timers.reaperStartedAt();
    if (startedAt === undefined) return pass('the reaper has not started yet');
    const detail = `the reaper started last at ${startedAt.toISOString()}`;
    const notAfter = new Date(services.clock.now().getTime() - LATE_MS);
    const due = lastOccurrence(settings.reapSchedule, notAfter);
    if (due === undefined || startedAt.getTime() + EARLY_MS >= due.getTime()) return pass(detail);
    return warn(
      `${detail}, although its timer was due at ${due.toISOString()}`,
      'Check that the app runs (GET /api/health), and restart it. If its timers still don’t fire, let an uptime monitor call /api/health every few minutes: each call does what is overdue (docs/operate.md, "Timers that stop").',
    );
  },
};
