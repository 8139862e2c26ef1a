import { app } from '@azure/functions';
import { reap } from '../lib/pipeline/upkeep/reap.ts';
import type { GetServices } from './services.ts';
import { TIMERS } from './triggers.ts';

/** The timer that deletes expired container groups and wakes runs whose tick was lost. */
export function registerReaper(services: GetServices): void {
  app.timer('reaper', {
    schedule: TIMERS.reaper,
    handler: (_timer, context) => reap(services(context)),
  });
}
