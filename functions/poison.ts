import { getPoison, postReplay } from '../lib/api/poison.ts';
import type { App } from '../lib/app.ts';
import { bodyOf, type RegisterRoute } from './register-route.ts';
import type { GetServices } from './services.ts';

/** `GET /api/poison` and `POST /api/poison/replay`: messages that failed at every delivery. */
export function registerPoison(
  register: RegisterRoute,
  services: GetServices,
  { blobNames }: Pick<App, 'blobNames'>,
): void {
  register('listPoison', (request) =>
    getPoison(blobNames, request.headers.get('if-none-match') ?? undefined),
  );
  register('replayPoison', async (request, context) => {
    const body = await bodyOf(request);
    return typeof body === 'string' ? postReplay(body, services(context)) : body;
  });
}
