import { app } from '@azure/functions';
import { startRun } from '../lib/pipeline/start-run.ts';
import type { GetServices } from './services.ts';

/** The timer that starts a run. It only starts it: what is due is done by the run's ticks. */
export function registerScheduledRun(services: GetServices): void {
  app.timer('scheduledRun', {
    schedule: '%PATCHWRIGHT_SCHEDULE%',
    retry: { strategy: 'fixedDelay', maxRetryCount: 3, delayInterval: { seconds: 30 } },
    handler: async (_timer, context) => {
      const given = services(context);
      const due = given.clock.now();
      // A second delivery of the same occurrence comes within the minute, and finds the run started.
      due.setUTCSeconds(0, 0);
      await startRun(given, { trigger: 'schedule', due });
    },
  });
}
