import { app } from '@azure/functions';
import { tagged } from '../lib/api/answer.ts';
import { openApi } from '../lib/api/openapi.ts';
import manifest from '../package.json' with { type: 'json' };
import { response } from './register-route.ts';

/** `GET /api/openapi.json`: the interface's description. It is public and holds no data. */
export function registerOpenApi(): void {
  app.http('openApi', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: 'openapi.json',
    handler: (request) =>
      response(
        tagged(openApi(manifest.version), request.headers.get('if-none-match') ?? undefined),
      ),
  });
}
