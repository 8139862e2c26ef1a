import {
  app,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from '@azure/functions';
import type { Caller } from '../lib/api/admission.ts';
import { type Answer, problem } from '../lib/api/answer.ts';
import { StorageError } from '../lib/storage/storage-error.ts';
import type { Gate } from './gate.ts';
import { ROUTES, type RouteName } from './triggers.ts';

const RETRY_AFTER_SECONDS = 60;
/** The largest body of an interface that takes names. */
const MAX_BODY_BYTES = 64 * 1024;

export type RouteHandler = (
  request: HttpRequest,
  context: InvocationContext,
  caller: Caller,
) => Promise<Answer>;
export type RegisterRoute = (name: RouteName, handle: RouteHandler) => void;

/**
 * Registers routes that only requests reach that the gate admits. Failures of storage become an answer
 * that says which and why.
 */
export function routesBehind(gate: Gate): RegisterRoute {
  return (name, handle) => registerRoute(name, gate, handle);
}

function registerRoute(name: RouteName, gate: Gate, handle: RouteHandler): void {
  const { methods, role, route } = ROUTES[name];
  app.http(name, {
    authLevel: gate.authLevel,
    route,
    methods: [...methods],
    handler: async (request, context) => {
      const admission = gate.admit(request, role);
      if (!admission.ok) return response(admission.refusal);
      try {
        return response(await handle(request, context, admission));
      } catch (error) {
        if (!(error instanceof StorageError)) throw error;
        context.warn(
          `storage failed ${JSON.stringify({ code: error.code, detail: error.message })}`,
        );
        return response(storageProblem(error));
      }
    },
  });
}

/** The body as text, or the answer 413. */
export async function bodyOf(request: HttpRequest): Promise<string | Answer> {
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced <= MAX_BODY_BYTES) {
    const body = await request.text();
    if (Buffer.byteLength(body) <= MAX_BODY_BYTES) return body;
  }
  return problem(413, `the body may have ${MAX_BODY_BYTES} bytes`);
}

export function response({ status, headers, body }: Answer): HttpResponseInit {
  return { status, headers, ...(body !== undefined && { body }) };
}

const ADVICE: Readonly<Record<StorageError['code'], string>> = {
  denied:
    'storage refuses the app: new role assignments take up to ten minutes. Try again later; if it persists, run "patchwright doctor --app"',
  'not-provisioned': 'a table, queue or container is missing: run "patchwright doctor --app"',
  throttled: 'storage is busy: try again later',
  unavailable: 'storage does not answer: try again later, or run "patchwright doctor --app"',
  invalid: 'storage refuses the request: report it',
  malformed: 'a row is malformed: report it',
  unexpected: 'storage failed unexpectedly: run "patchwright doctor --app"',
};

function storageProblem(error: StorageError): Answer {
  const detail = `${ADVICE[error.code]} (${error.message})`;
  return problem(503, detail, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
