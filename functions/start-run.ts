import { postRun } from '../lib/api/start-run.ts';
import type { App } from '../lib/app.ts';
import { bodyOf, type RegisterRoute } from './register-route.ts';
import type { GetServices } from './services.ts';

/** `POST /api/runs`: starts a run now. Answers 202 with its id, and whether it is a dry run. */
export function registerStartRun(
  register: RegisterRoute,
  services: GetServices,
  { requestKeys }: Pick<App, 'requestKeys'>,
): void {
  register('startRun', async (request, context, caller) => {
    const body = await bodyOf(request);
    if (typeof body !== 'string') return body;
    const key = request.headers.get('idempotency-key') ?? undefined;
    const invocation = context.invocationId;
    return postRun(
      { body, key, invocation, caller: caller.name },
      { ...services(context), requestKeys },
    );
  });
}
