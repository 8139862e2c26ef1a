import { app } from '@azure/functions';
import type { App } from '../lib/app.ts';
import { each } from '../lib/pipeline/upkeep/each.ts';
import { forgetRequests } from '../lib/pipeline/upkeep/forget-requests.ts';
import { reap } from '../lib/pipeline/upkeep/reap.ts';
import type { GetServices } from './services.ts';
import { TIMERS } from './triggers.ts';

/** The timer that deletes what has expired and wakes runs whose tick was lost. */
export function registerReaper(
  services: GetServices,
  { requestKeys }: Pick<App, 'requestKeys'>,
): void {
  app.timer('reaper', {
    schedule: TIMERS.reaper,
    handler: (_timer, context) => {
      const given = services(context);
      const duties = [() => reap(given), () => forgetRequests(requestKeys, given.clock)];
      return each(duties, (duty) => duty());
    },
  });
}
