import * as z from 'zod';
import { isLoopback } from '../image/loopback.ts';
import { plainText } from '../text/plain-text.ts';
import { EventName } from '../webhook/event-names.ts';
import type { WebhookSettings } from '../webhook/https-webhook.ts';
import { addressFault, type Reach } from '../webhook/reachable-address.ts';
import { literalAddress, ReceiverAddress } from '../webhook/receiver-address.ts';
import { keyOf } from '../webhook/signature.ts';

const ALL = 'all';
const MOST_SECRETS = 5;
const WORDS = /[\s,]+/;

/** Secrets such as `whsec_…`, with blanks between them. Faults never quote them. */
export const WebhookSecrets = z.string().transform((text, context): readonly Buffer[] => {
  const secrets = text.split(WORDS).filter(Boolean);
  const keys = secrets.map(keyOf).filter((key) => key !== undefined);
  if (keys.length === secrets.length && keys.length >= 1 && keys.length <= MOST_SECRETS) {
    return keys;
  }
  context.addIssue({
    code: 'custom',
    message: `must be 1 to ${MOST_SECRETS} secrets, each whsec_ and the base64 of 24 to 64 bytes`,
  });
  return z.NEVER;
});

/** Names of events with commas or blanks between them, or `all`. */
export const WebhookEvents = z.string().transform((text, context): ReadonlySet<EventName> => {
  if (text.trim() === ALL) return new Set(EventName.options);
  const words = text.split(WORDS).filter(Boolean);
  const names = words.map((word) => EventName.safeParse(word));
  const unknown = words.filter((_, at) => names[at]?.success !== true);
  if (unknown.length > 0 || words.length === 0) {
    const quoted = unknown.map((word) => `"${plainText(word, 40)}"`).join(', ');
    const known = [ALL, ...EventName.options].join(', ');
    const message = `${unknown.length > 0 ? `has no event ${quoted}: ` : ''}must be of ${known}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  return new Set(names.flatMap(({ data }) => data ?? []));
});

interface WebhookEnvironment {
  readonly PATCHWRIGHT_REGISTRY: string;
  readonly PATCHWRIGHT_WEBHOOK_URL?: URL | undefined;
  readonly PATCHWRIGHT_WEBHOOK_SECRETS?: readonly Buffer[] | undefined;
  readonly PATCHWRIGHT_WEBHOOK_EVENTS: ReadonlySet<EventName>;
  readonly PATCHWRIGHT_WEBHOOK_PRIVATE: boolean;
  readonly PATCHWRIGHT_EXTRA_CA_FILE?: string | undefined;
}

export function webhookOf(environment: WebhookEnvironment): WebhookSettings | undefined {
  const { PATCHWRIGHT_WEBHOOK_URL: url, PATCHWRIGHT_WEBHOOK_SECRETS: keys } = environment;
  if (url === undefined || keys === undefined) return undefined;
  const { PATCHWRIGHT_REGISTRY, PATCHWRIGHT_WEBHOOK_PRIVATE } = environment;
  return {
    url,
    keys,
    events: environment.PATCHWRIGHT_WEBHOOK_EVENTS,
    reach: reachOf(PATCHWRIGHT_WEBHOOK_PRIVATE, PATCHWRIGHT_REGISTRY),
    extraCa: environment.PATCHWRIGHT_EXTRA_CA_FILE,
  };
}

/** An app whose registry is on the same machine is a developer's, and so is its receiver. */
function reachOf(isPrivate: boolean, registry: string | undefined): Reach {
  if (registry !== undefined && isLoopback(registry)) return 'local';
  return isPrivate ? 'private' : 'public';
}

/** The faults of these settings together, one sentence each. */
export function webhookFaults(
  given: Readonly<Record<string, string | undefined>>,
  has: (name: string) => boolean,
): readonly string[] {
  const faults: string[] = [];
  const hasUrl = has('PATCHWRIGHT_WEBHOOK_URL');
  const hasSecrets = has('PATCHWRIGHT_WEBHOOK_SECRETS');
  if (hasUrl && !hasSecrets) {
    faults.push('PATCHWRIGHT_WEBHOOK_SECRETS is missing: PATCHWRIGHT_WEBHOOK_URL is set');
  }
  if (hasSecrets && !hasUrl) {
    faults.push('PATCHWRIGHT_WEBHOOK_URL is missing: PATCHWRIGHT_WEBHOOK_SECRETS is set');
  }
  const { data: url } = ReceiverAddress.safeParse(given.PATCHWRIGHT_WEBHOOK_URL);
  const literal = url && literalAddress(url);
  const reach = reachOf(given.PATCHWRIGHT_WEBHOOK_PRIVATE === 'true', given.PATCHWRIGHT_REGISTRY);
  const fault = literal && addressFault(literal, reach);
  if (fault !== undefined) faults.push(`PATCHWRIGHT_WEBHOOK_URL: its host ${fault}`);
  return faults;
}
