import type { HttpRequest } from '@azure/functions';
import { postRun } from '../lib/api/start-run.ts';
import type { App } from '../lib/app.ts';
import { bodyOf, registerRoute } from './register-route.ts';
import type { GetServices } from './services.ts';

/** `POST /api/runs`: starts a run now. Answers 202 with its id, and whether it is a dry run. */
export function registerStartRun(
  services: GetServices,
  { requestKeys }: Pick<App, 'requestKeys'>,
  callerOf: (request: HttpRequest) => string,
): void {
  registerRoute('startRun', async (request, context) => {
    const body = await bodyOf(request);
    if (typeof body !== 'string') return body;
    const key = request.headers.get('idempotency-key') ?? undefined;
    const invocation = context.invocationId;
    return postRun(
      { body, key, invocation, caller: callerOf(request) },
      { ...services(context), requestKeys },
    );
  });
}
