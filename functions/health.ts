import { app } from '@azure/functions';

/** `GET /api/health`: answers if the app runs. It checks none of the services that the app uses. */
export function registerHealth(): void {
  app.http('health', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'health',
    handler: () => ({ status: 200, jsonBody: { status: 'ok' } }),
  });
}
