import { getPoison, postReplay } from '../lib/api/poison.ts';
import type { App } from '../lib/app.ts';
import { bodyOf, registerRoute } from './register-route.ts';
import type { GetServices } from './services.ts';

/** `GET /api/poison` and `POST /api/poison/replay`: messages that failed at every delivery. */
export function registerPoison(services: GetServices, { blobNames }: Pick<App, 'blobNames'>): void {
  registerRoute('listPoison', (request) =>
    getPoison(blobNames, request.headers.get('if-none-match') ?? undefined),
  );
  registerRoute('replayPoison', async (request, context) => {
    const body = await bodyOf(request);
    return typeof body === 'string' ? postReplay(body, services(context)) : body;
  });
}
