import { app, type HttpResponseInit } from '@azure/functions';
import type { NextRun } from '../lib/doctor/next-run.ts';

/** `GET /api/health`: whether the app runs. Does not check the services that the app uses. */
export function registerHealth(answer: () => HttpResponseInit): void {
  app.http('health', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'health',
    handler: () => answer(),
  });
}

/** `nextRun` is null if no run is scheduled, as when a setting disables the timer. */
export function healthy(next: NextRun): HttpResponseInit {
  return {
    status: 200,
    jsonBody: {
      status: 'ok',
      nextRun: next.kind === 'at' ? next.time.toISOString() : null,
      ...(next.kind === 'disabled' && { schedule: 'disabled' }),
    },
  };
}
