import type { HttpRequest } from '@azure/functions';
import { postCancel } from '../lib/api/cancel-run.ts';
import type { App } from '../lib/app.ts';
import { registerRoute } from './register-route.ts';
import type { GetServices } from './services.ts';

/**
 * `POST /api/runs/{runId}/cancel`: asks a run to end. Answers 202. Patches whose publishing has started
 * are finished first.
 */
export function registerCancelRun(
  services: GetServices,
  { history }: Pick<App, 'history'>,
  callerOf: (request: HttpRequest) => string,
): void {
  registerRoute('cancelRun', (request, context) =>
    postCancel(request.params.runId ?? '', callerOf(request), { ...services(context), history }),
  );
}
