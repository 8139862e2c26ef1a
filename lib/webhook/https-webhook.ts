import { createHash } from 'node:crypto';
import { lookup as resolve } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import type { Clock } from '../clock.ts';
import { failureName } from '../http/connection-failure.ts';
import { retryAfterSeconds } from '../http/retry-after.ts';
import type { EventName } from './event-names.ts';
import { addressFault, type Reach } from './reachable-address.ts';
import { literalAddress } from './receiver-address.ts';
import { signedHeaders } from './signature.ts';
import type { Webhook, WebhookAnswer, WebhookMessage } from './webhook.ts';

/** From the first packet to the answer's headers. */
const LIMIT_MS = 15_000;
/** The receiver works, but not for this event. All other statuses may pass. */
const REFUSED = new Set([400, 405, 406, 411, 413, 415, 422]);
const FORBIDDEN = 'ERR_PATCHWRIGHT_ADDRESS';

export interface WebhookSettings {
  readonly url: URL;
  readonly keys: readonly Buffer[];
  readonly events: ReadonlySet<EventName>;
  readonly reach: Reach;
  /** Another certificate authority to trust besides the public ones, in PEM. */
  readonly extraCa: string | undefined;
}

/**
 * Sends a signed event over HTTPS. Follows no redirect, uses no proxy, reads no body, and checks the
 * address to which it connects, so that a name can't lead it into the network of the app.
 */
export class HttpsWebhook implements Webhook {
  readonly host: string;
  readonly addressHash: string;
  readonly events: ReadonlySet<EventName>;
  readonly #settings: WebhookSettings;
  readonly #clock: Clock;
  readonly #limitMs: number;

  constructor(
    settings: WebhookSettings,
    options: { readonly clock: Clock; readonly limitMs?: number },
  ) {
    this.host = settings.url.host;
    this.addressHash = createHash('sha256').update(settings.url.href).digest('hex');
    this.events = settings.events;
    this.#settings = settings;
    this.#clock = options.clock;
    this.#limitMs = options.limitMs ?? LIMIT_MS;
  }

  async send(message: WebhookMessage): Promise<WebhookAnswer> {
    const { url, reach } = this.#settings;
    const literal = literalAddress(url);
    const fault = literal === undefined ? undefined : addressFault(literal, reach);
    if (fault !== undefined) return { kind: 'unavailable', detail: `its address ${fault}` };
    try {
      return this.#judge(await this.#post(message));
    } catch (error) {
      return { kind: 'unavailable', detail: failureOf(error, this.#limitMs) };
    }
  }

  #post({ id, body }: WebhookMessage): Promise<IncomingMessage> {
    const { url, keys, reach, extraCa } = this.#settings;
    const headers = {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'patchwright',
      ...signedHeaders({ id, body }, { keys, time: this.#clock.now() }),
    };
    const signal = AbortSignal.timeout(this.#limitMs);
    return new Promise((resolved, reject) => {
      // A request whose socket is already closed emits nothing when it is aborted.
      signal.addEventListener('abort', () => reject(signal.reason));
      const sent = request(url, {
        method: 'POST',
        headers,
        agent: new Agent({ keepAlive: false, ...trusted(extraCa) }),
        lookup: guardedLookup(reach),
        signal,
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        // Its body may be endless, and has nothing for us.
        response.destroy();
        resolved(response);
      });
      // Without a listener, Node closes the socket of an answer 101, and emits neither answer nor error.
      sent.on('upgrade', (response, socket) => {
        socket.destroy();
        resolved(response);
      });
      sent.end(body);
    });
  }

  #judge({ statusCode: status = 0, headers }: IncomingMessage): WebhookAnswer {
    const detail = `the receiver answered ${status}`;
    if (status >= 200 && status < 300) return { kind: 'accepted' };
    if (status === 410) return { kind: 'gone', detail };
    if (REFUSED.has(status)) return { kind: 'refused', detail };
    if (status >= 300 && status < 400) {
      return { kind: 'unavailable', detail: `${detail}: no redirect is followed` };
    }
    const get = (name: string) => [headers[name]].flat()[0];
    const retryAfter = retryAfterSeconds({ get }, this.#clock.now());
    return { kind: 'unavailable', detail, retryAfterSeconds: retryAfter };
  }
}

function trusted(extraCa: string | undefined): { readonly ca?: string[] } {
  return extraCa === undefined ? {} : { ca: [...rootCertificates, extraCa] };
}

/** Resolves a name, and fails if any of its addresses is not allowed. */
function guardedLookup(reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      const faults = error === null ? found.map(({ address }) => addressFault(address, reach)) : [];
      const fault = faults.find((one) => one !== undefined);
      const refusal = fault === undefined ? error : forbidden(fault);
      const [first] = found ?? [];
      if (refusal !== null || first === undefined) callback(refusal ?? forbidden('is absent'), []);
      else if (options.all === true) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}

function forbidden(fault: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`its address ${fault}`), { code: FORBIDDEN });
}

/** An error's own text may name the address, so only its code is told. */
function failureOf(error: unknown, limitMs: number): string {
  if (error instanceof Error && 'code' in error && error.code === FORBIDDEN) return error.message;
  const name = failureName(error);
  return name === 'timeout'
    ? `no answer within ${limitMs / 1000} s`
    : `the request failed (${name})`;
}
