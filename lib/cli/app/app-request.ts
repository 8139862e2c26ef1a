import {
  createHttpHeaders,
  createPipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { isUntrusted, TRUST_ADVICE } from '../../doctor/explain-failure.ts';
import { failureName } from '../../http/connection-failure.ts';
import { createHttp } from '../../http/http.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import type { AppAddress } from './app-option.ts';

/** Azure ends an HTTP request to a function after 230 seconds. */
const LIMIT_MS = 240_000;

/** With sign-in by Entra the app takes no action without it. */
const NOT_FROM_A_PAGE = { 'x-patchwright-request': 'cli' };

/** Sends once and follows no redirect, because the key or token is for this address only. */
export function sendToApp(
  app: AppAddress,
  request: { readonly path: `/api/${string}`; readonly body?: object },
  { clock, delays, stop }: Pick<CliContext, 'clock' | 'delays' | 'stop'>,
): Promise<PipelineResponse> {
  const { body } = request;
  const url = app.origin + request.path;
  const signIn =
    app.token === undefined
      ? { 'x-functions-key': app.key }
      : { authorization: `Bearer ${app.token}` };
  const json = { accept: 'application/json', ...signIn };
  const sent = createPipelineRequest({
    url,
    method: body === undefined ? 'GET' : 'POST',
    headers: createHttpHeaders(
      body === undefined
        ? json
        : { ...json, ...NOT_FROM_A_PAGE, 'content-type': 'application/json' },
    ),
    ...(body !== undefined && { body: JSON.stringify(body) }),
    timeout: LIMIT_MS,
    abortSignal: AbortSignal.any([stop, AbortSignal.timeout(LIMIT_MS)]),
    // HTTP is allowed to this machine only; app-option.ts checks it.
    allowInsecureConnection: url.startsWith('http:'),
    streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
  });
  return createHttp({ clock, delays }).send(sent, { once: true, follow: false });
}

/** Explains why a request got no response. */
export function noAnswer(where: string, error: unknown): CliError {
  const failure = failureName(error);
  return new CliError(`no answer (${failure})`, {
    where,
    whatToDo: isUntrusted(failure)
      ? TRUST_ADVICE
      : `check the address and the network (an app in a private network answers only from inside it): curl ${new URL(where).origin}/api/health`,
  });
}
