import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_GROUP_BODY_BYTES } from '../../../lib/containers/aci-group-body.ts';
import { startLocalServer } from '../http/local-server.ts';
import { BodyTooLarge, readBody } from '../http/request-body.ts';
import type { TokenVerdict } from '../identity/token-issuer.ts';
import type { IssuedCertificate } from '../tls/certificates.ts';
import { ArmError, internalError, invalidRequest, requestTooLarge } from './arm-error.ts';
import { type ArmAnswer, answerRoute } from './arm-operations.ts';
import { parseRoute } from './arm-route.ts';
import type { ContainerGroup } from './container-group.ts';
import type { FaultPlan } from './group-fault.ts';
import { GroupStore } from './group-store.ts';
import type { ContainerRuntime } from './local-command.ts';
import { DEFAULT_QUOTAS, type Quotas } from './quotas.ts';

/** A request, as passed to a plan of request faults. */
export interface ArmRequest {
  readonly method: string;
  readonly path: string;
}

/**
 * Decides how the nth request (from 1) fails before it takes effect: an error or a broken connection.
 */
export type RequestFaultPlan = (
  request: ArmRequest,
  nth: number,
) => ArmError | 'connection-reset' | undefined;

export interface ArmServerOptions {
  readonly certificate: IssuedCertificate;
  readonly subscriptionId: string;
  /** The resource groups that exist. */
  readonly resourceGroups: readonly string[];
  readonly locations: readonly string[];
  /** Checks a bearer token for ARM's audience. */
  readonly verify: (token: string, audience: readonly string[]) => TokenVerdict;
  readonly runtime: ContainerRuntime;
  /** PEM of the authority of the images' registry. */
  readonly registryCa: string;
  readonly quotas?: Partial<Quotas>;
  /** Groups per page of a list. Default: 50. */
  readonly pageSize?: number;
  /** Milliseconds until a group's containers start. Default: 200. */
  readonly startDelayMs?: number;
  /** Duration of a deletion in milliseconds. Default: 0, finished with the response. */
  readonly deletionDelayMs?: number;
  readonly imageCheck?: 'at-create' | 'while-provisioning';
  readonly faults?: FaultPlan;
  readonly requestFaults?: RequestFaultPlan;
  readonly now?: () => number;
}

export interface ArmServer {
  /** The value for `PATCHWRIGHT_ARM_ENDPOINT`. */
  readonly url: string;
  /** The existing groups. */
  groups(): readonly ContainerGroup[];
  setFaults(plan: FaultPlan | undefined): void;
  setRequestFaults(plan: RequestFaultPlan | undefined): void;
  /** Kills every group, then stops answering. */
  close(): Promise<void>;
}

export const API_VERSION = '2023-05-01';
const AUDIENCES = ['https://management.azure.com', 'https://management.core.windows.net'];
/** Azure's limit is not documented. No request of the app may be larger than this. */
const BODY_LIMIT = MAX_GROUP_BODY_BYTES;

/** Azure Resource Manager for container groups, on the loopback address over TLS. */
export async function startArmServer(options: ArmServerOptions): Promise<ArmServer> {
  const store = new GroupStore({
    runtime: options.runtime,
    locations: options.locations,
    quotas: { ...DEFAULT_QUOTAS, ...options.quotas },
    now: options.now ?? Date.now,
    startDelayMs: options.startDelayMs ?? 200,
    deletionDelayMs: options.deletionDelayMs ?? 0,
    registryCa: options.registryCa,
    imageCheck: options.imageCheck ?? 'at-create',
    ...(options.faults && { faults: options.faults }),
  });
  let requestFaults = options.requestFaults;
  let requests = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    const url = new URL(request.url ?? '/', server.url);
    const method = request.method ?? 'GET';
    const fault = requestFaults?.({ method, path: url.pathname }, requests);
    if (fault === 'connection-reset') {
      request.socket.destroy();
      return;
    }
    const answer = await answerTo(request, url, fault);
    if (answer.answerLost) {
      request.socket.destroy();
      return;
    }
    send(response, answer);
  }

  async function answerTo(
    request: IncomingMessage,
    url: URL,
    fault: ArmError | undefined,
  ): Promise<ArmAnswer> {
    try {
      authenticate(request, options.verify);
      const route = routeOf(url, options);
      if (fault !== undefined) {
        throw fault;
      }
      const body = request.method === 'PUT' ? await readJson(request) : undefined;
      return await answerRoute(
        { ...route, method: request.method ?? 'GET', url, body },
        { store, pageSize: options.pageSize ?? 50 },
      );
    } catch (error) {
      return refusal(error);
    }
  }

  const server = await startLocalServer(
    (request, response) => {
      handle(request, response).catch(() => request.socket.destroy());
    },
    { tls: options.certificate },
  );
  const killAll = () => {
    for (const group of store.list()) {
      group.killNow();
    }
  };
  // The groups must end with this process.
  process.once('exit', killAll);
  return {
    url: server.url,
    groups: () => store.list(),
    setFaults: (plan) => store.setFaults(plan),
    setRequestFaults: (plan) => {
      requestFaults = plan;
    },
    async close() {
      await store.close();
      await server.close();
      process.off('exit', killAll);
    },
  };
}

function authenticate(request: IncomingMessage, verify: ArmServerOptions['verify']): void {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) {
    const text = "Authentication failed. The 'Authorization' header is missing.";
    throw new ArmError(401, 'AuthenticationFailed', text);
  }
  const verdict = verify(token, AUDIENCES);
  if (!verdict.ok) {
    throw new ArmError(401, 'AuthenticationFailed', `Authentication failed: ${verdict.reason}.`);
  }
}

function routeOf(url: URL, options: ArmServerOptions): NonNullable<ReturnType<typeof parseRoute>> {
  const version = url.searchParams.get('api-version');
  if (version === null) {
    const text = 'The api-version query parameter (?api-version=) is required for all requests.';
    throw new ArmError(400, 'MissingApiVersionParameter', text);
  }
  const parsed = parseRoute(decodeURIComponent(url.pathname));
  if (parsed === undefined) {
    throw new ArmError(404, 'InvalidResourceType', `Nothing is known of '${url.pathname}'.`);
  }
  if (version !== API_VERSION) {
    throw new ArmError(
      400,
      'NoRegisteredProviderFound',
      'No registered resource provider found for the type ' +
        `'containerGroups' and API version '${version}'. The supported api-versions are '${API_VERSION}'.`,
    );
  }
  if (parsed.subscription.toLowerCase() !== options.subscriptionId.toLowerCase()) {
    const text = `The subscription '${parsed.subscription}' could not be found.`;
    throw new ArmError(404, 'SubscriptionNotFound', text);
  }
  const group = 'resourceGroup' in parsed.route ? parsed.route.resourceGroup : undefined;
  const known = options.resourceGroups.map((one) => one.toLowerCase());
  if (group !== undefined && !known.includes(group.toLowerCase())) {
    throw new ArmError(
      404,
      'ResourceGroupNotFound',
      `Resource group '${group}' could not be found.`,
    );
  }
  return parsed;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse((await readBody(request, BODY_LIMIT)).toString('utf8'));
  } catch (error) {
    throw error instanceof BodyTooLarge
      ? requestTooLarge()
      : invalidRequest('The request content was invalid and could not be deserialized.');
  }
}

function refusal(error: unknown): ArmAnswer {
  const known = error instanceof ArmError ? error : internalError();
  if (!(error instanceof ArmError)) {
    console.error('local ARM:', error);
  }
  return {
    status: known.status,
    body: known.toBody(),
    headers:
      known.retryAfterSeconds === undefined
        ? {}
        : { 'retry-after': String(known.retryAfterSeconds) },
  };
}

function send(response: ServerResponse, answer: ArmAnswer): void {
  const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(body !== '' && { 'content-type': 'application/json; charset=utf-8' }),
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
