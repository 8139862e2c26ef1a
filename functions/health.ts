import { app } from '@azure/functions';

/** `GET /api/health`: the app runs. It says nothing of what the app reaches. */
export function registerHealth(): void {
  app.http('health', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'health',
    handler: () => ({ status: 200, jsonBody: { status: 'ok' } }),
  });
}
