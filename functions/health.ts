import { app, type HttpResponseInit } from '@azure/functions';

/** `GET /api/health`: whether the app runs. Does not check the services that the app uses. */
export function registerHealth(answer: () => HttpResponseInit): void {
  app.http('health', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'health',
    handler: () => answer(),
  });
}
