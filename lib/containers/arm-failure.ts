import { type HttpHeaders, isRestError } from '@azure/core-rest-pipeline';
import * as z from 'zod';
import { failureName } from '../http/connection-failure.ts';
import { retryAfterSeconds } from '../http/retry-after.ts';
import { readJson } from '../json/read-json.ts';
import { plainText } from '../text/plain-text.ts';
import { truncate } from '../text/truncate.ts';
import type { ArmFailure } from './aci-refusals.ts';

const MAX_MESSAGE = 500;
/** Limit for the text of a response. Longer than any secret that it may quote. */
const MAX_READ = 1024 * 1024;
/** Shorter texts are not masked: they are not secrets and would match by chance. */
const MIN_SECRET = 8;

/** ARM's error shape: Azure REST API guidelines, "Error response". */
const ErrorBody = z.object({
  error: z.object({ code: z.string().catch(''), message: z.string().catch('') }),
});

export function failureOfAnswer(
  answer: {
    readonly status: number;
    readonly headers: HttpHeaders;
    readonly bodyAsText?: string | null;
  },
  now: Date,
): ArmFailure {
  const { code, message } = parseBody(answer.bodyAsText ?? '');
  return {
    status: answer.status,
    code,
    message: truncate(message, MAX_READ),
    retryAfterSeconds: retryAfterSeconds(answer.headers, now),
  };
}

/** The failure behind an exception: a response that the SDK turned into one, or no response. */
export function failureOfError(error: unknown, now: Date): ArmFailure {
  if (isRestError(error) && error.response !== undefined) {
    return failureOfAnswer(error.response, now);
  }
  return {
    status: undefined,
    code: failureName(error),
    message: 'no response',
    retryAfterSeconds: undefined,
  };
}

/**
 * Formats a failure for people: `409 ContainerGroupQuotaReached: …`. Masks the secrets before it cuts
 * the text, because half of a secret would not be recognized.
 */
export function describeFailure(failure: ArmFailure, secrets: readonly string[] = []): string {
  const { status, code, message } = failure;
  const text = [`${status ?? ''} ${code}`.trim(), message].filter((part) => part !== '').join(': ');
  const masked = secrets
    .filter((secret) => secret.length >= MIN_SECRET)
    // Longest first, because one secret may contain another.
    .sort((one, other) => other.length - one.length)
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  return plainText(masked, MAX_MESSAGE);
}

function parseBody(text: string): { code: string; message: string } {
  const body = readJson(ErrorBody, new TextEncoder().encode(text));
  return body.ok ? body.value.error : { code: '', message: text };
}
