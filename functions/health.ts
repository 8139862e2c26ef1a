import { app, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import type { Health } from '../lib/api/app-state.ts';
import type { NextRun } from '../lib/doctor/next-run.ts';
import type { SignIn } from '../lib/settings/sign-in.ts';

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

interface Known {
  readonly next: NextRun;
  /** When the reaper last started; undefined if that is unknown. */
  readonly lastTick: Date | undefined;
  /** How the dashboard signs in. */
  readonly signIn: SignIn;
}

/** `nextRun` is null if no run is scheduled, as when a setting disables the timer. */
export function healthy({ next, lastTick, signIn }: Known, now: Date): HttpResponseInit {
  return {
    status: 200,
    jsonBody: {
      status: 'ok',
      signIn,
      nextRun: next.kind === 'at' ? next.time.toISOString() : null,
      ...(next.kind === 'disabled' && { schedule: 'disabled' }),
      lastTick: lastTick?.toISOString() ?? null,
      secondsSinceLastTick:
        lastTick === undefined ? null : Math.round((now.getTime() - lastTick.getTime()) / 1000),
    } satisfies Health,
  };
}
