import { app, type HttpResponseInit } from '@azure/functions';

/** `GET /api/health`: whether the app works at all. It says nothing of what the app reaches. */
export function registerHealth(answer: () => HttpResponseInit): void {
  app.http('health', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'health',
    handler: () => answer(),
  });
}
