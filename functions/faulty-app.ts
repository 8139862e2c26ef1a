import { app } from '@azure/functions';
import { problem } from '../lib/api/answer.ts';
import type { Gate } from './gate.ts';
import { registerHealth } from './health.ts';
import { response } from './register-route.ts';
import { startLog } from './start-log.ts';
import { ROUTES, TIMERS } from './triggers.ts';

const ERROR =
  'the settings of the app are faulty, so it does nothing: GET /api/doctor names each fault';

/**
 * The app with faulty settings. The host would repeat a failed start endlessly, and the doctor would
 * not run. No queue function is registered, so messages wait until the settings are correct.
 */
export function registerFaultyApp(faults: readonly string[], { authLevel }: Gate): void {
  app.hook.appStart(() => {
    for (const fault of faults) startLog.error('at start: a setting is faulty', { fault });
  });
  registerHealth(() => ({ status: 503, jsonBody: { status: 'settings are faulty' } }));
  for (const [name, { methods, route }] of Object.entries(ROUTES)) {
    app.http(name, {
      authLevel,
      route,
      methods: [...methods],
      handler: () => response(problem(503, ERROR)),
    });
  }
  for (const [name, schedule] of Object.entries(TIMERS)) {
    app.timer(name, {
      schedule,
      // Without the monitor the host keeps its record, so a missed occurrence runs later.
      useMonitor: false,
      handler: (_, context) => {
        context.error(`nothing was done: the settings are faulty ${JSON.stringify({ faults })}`);
      },
    });
  }
}
