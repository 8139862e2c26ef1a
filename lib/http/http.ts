import {
  createDefaultHttpClient,
  createEmptyPipeline,
  type HttpClient,
  logPolicy,
  type PipelineRequest,
  type PipelineResponse,
  proxyPolicy,
  setClientRequestIdPolicy,
  userAgentPolicy,
} from '@azure/core-rest-pipeline';
import type { Clock } from '../clock.ts';
import type { Delays } from './delays.ts';
import { redirectPolicy } from './redirect-policy.ts';
import { retryPolicy } from './retry-policy.ts';

export interface SendOptions {
  /** True: never retried. For a request whose retry could undo a change made in between. */
  readonly once?: boolean;
  /** False: redirects are returned, not followed. For a request with a credential in its own header. */
  readonly follow?: boolean;
}

export interface Http {
  send(request: PipelineRequest, options?: SendOptions): Promise<PipelineResponse>;
}

export interface HttpOptions {
  readonly clock: Clock;
  readonly delays: Delays;
  /** Sends a single request. Default: Node's own HTTP client. */
  readonly httpClient?: HttpClient;
}

/**
 * HTTP over Azure's pipeline (proxy settings, user agent, redacted logging) with our own retry and
 * redirect policies. Bodies are not decompressed, because digests are checked over the bytes as sent.
 */
export function createHttp({ clock, delays, httpClient }: HttpOptions): Http {
  const client = httpClient ?? createDefaultHttpClient();
  const pipeline = createEmptyPipeline();
  pipeline.addPolicy(proxyPolicy());
  pipeline.addPolicy(userAgentPolicy({ userAgentPrefix: 'patchwright' }));
  pipeline.addPolicy(setClientRequestIdPolicy());
  const sentOnce = new WeakSet<PipelineRequest>();
  const notFollowed = new WeakSet<PipelineRequest>();
  const mayRepeat = (request: PipelineRequest) =>
    hasRepeatableBody(request) && !sentOnce.has(request);
  pipeline.addPolicy(retryPolicy({ clock, delays, mayRepeat }), { phase: 'Retry' });
  const mayFollow = (request: PipelineRequest) => !notFollowed.has(request);
  pipeline.addPolicy(redirectPolicy(mayFollow), { afterPhase: 'Retry' });
  pipeline.addPolicy(logPolicy(), { afterPhase: 'Sign' });
  return {
    send: (request, { once = false, follow = true } = {}) => {
      if (once) sentOnce.add(request);
      if (!follow) notFollowed.add(request);
      return pipeline.sendRequest(client, request);
    },
  };
}

/** False for a stream, which can be sent only once. */
function hasRepeatableBody({ body }: PipelineRequest): boolean {
  return (
    body === undefined || body === null || typeof body === 'string' || ArrayBuffer.isView(body)
  );
}
