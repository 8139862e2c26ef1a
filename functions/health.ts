import { app, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import type { NextRun } from '../lib/doctor/next-run.ts';

/**
 * `GET /api/health`: whether the app runs. Does not check the services that the app uses. Called by an
 * uptime monitor, it also starts the work of timers that do not fire (`TimerWatch`).
 */
export function registerHealth(
  answer: (context: InvocationContext) => HttpResponseInit | Promise<HttpResponseInit>,
): void {
  app.http('health', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'health',
    handler: (_request, context) => answer(context),
  });
}

/**
 * `nextRun` is null if no run is scheduled, as when a setting disables the timer. `lastTick` is when the
 * reaper last started, null if that is unknown.
 */
export function healthy(next: NextRun, lastTick: Date | undefined, now: Date): HttpResponseInit {
  return {
    status: 200,
    jsonBody: {
      status: 'ok',
      nextRun: next.kind === 'at' ? next.time.toISOString() : null,
      ...(next.kind === 'disabled' && { schedule: 'disabled' }),
      lastTick: lastTick?.toISOString() ?? null,
      secondsSinceLastTick:
        lastTick === undefined ? null : Math.round((now.getTime() - lastTick.getTime()) / 1000),
    },
  };
}
