import { app } from '@azure/functions';
import { startRun } from '../lib/pipeline/run/start-run.ts';
import { dueOccurrence } from '../lib/settings/due-occurrence.ts';
import type { Ncrontab } from '../lib/settings/ncrontab.ts';
import type { GetServices } from './services.ts';
import { TIMERS } from './triggers.ts';

/** The timer that starts a run. The run's ticks do the work. */
export function registerScheduledRun(services: GetServices, schedule: Ncrontab): void {
  app.timer('scheduledRun', {
    schedule: TIMERS.scheduledRun,
    retry: { strategy: 'fixedDelay', maxRetryCount: 3, delayInterval: { seconds: 30 } },
    handler: async (timer, context) => {
      const given = services(context);
      const due = dueOccurrence(schedule, {
        next: timer.scheduleStatus?.next,
        now: given.clock.now(),
        retryCount: context.retryContext?.retryCount ?? 0,
      });
      if (due === undefined) {
        context.warn('the timer was fired by hand and failed: it is not retried; fire it again');
        return;
      }
      await startRun(given, { trigger: 'schedule', due });
    },
  });
}
