import { postCancel } from '../lib/api/cancel-run.ts';
import type { App } from '../lib/app.ts';
import type { RegisterRoute } from './register-route.ts';
import type { GetServices } from './services.ts';

/**
 * `POST /api/runs/{runId}/cancel`: asks a run to end. Answers 202. Patches whose publishing has started
 * are finished first.
 */
export function registerCancelRun(
  register: RegisterRoute,
  services: GetServices,
  { history }: Pick<App, 'history'>,
): void {
  register('cancelRun', (request, context, caller) =>
    postCancel(request.params.runId ?? '', caller.name, { ...services(context), history }),
  );
}
