import { app } from '@azure/functions';
import { startRun } from '../lib/pipeline/run/start-run.ts';
import { occurrenceOf } from './occurrence.ts';
import type { GetServices } from './services.ts';
import { TIMERS } from './triggers.ts';

/** The timer that starts a run. The run's ticks do the work. */
export function registerScheduledRun(services: GetServices): void {
  app.timer('scheduledRun', {
    schedule: TIMERS.scheduledRun,
    retry: { strategy: 'fixedDelay', maxRetryCount: 3, delayInterval: { seconds: 30 } },
    handler: async (timer, context) => {
      const given = services(context);
      const due = occurrenceOf(timer.scheduleStatus?.next, given.clock.now());
      await startRun(given, { trigger: 'schedule', due });
    },
  });
}
