import { isRestError, type PipelineResponse } from '@azure/core-rest-pipeline';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { connectionFailure, failureName } from '../http/connection-failure.ts';
import { BodyTooLargeError, readBody } from '../http/read-body.ts';
import { retryAfterSeconds } from '../http/retry-after.ts';
import { readJson } from '../json/read-json.ts';
import { plainText } from '../text/plain-text.ts';
import { RegistryError, type RegistryErrorCode } from './registry.ts';

const MAX_ERROR_BYTES = 64 * 1024;
const MAX_TEXT = 300;

/** The error body of the OCI distribution specification 1.1, "Error codes". */
const ErrorBody = z.object({
  errors: z.array(z.object({ code: z.string().catch(''), message: z.string().catch('') })).min(1),
});

/** The first matching rule wins. A rule without a status matches every status. */
const RULES: readonly {
  readonly status?: number;
  readonly code?: RegExp;
  readonly challenge?: RegExp;
  readonly means: RegistryErrorCode;
}[] = [
  // A lock: 405 REGISTRY_DISALLOWED_OPERATION, as quoted in Azure/acr-cli#70.
  { code: /^REGISTRY_DISALLOWED_OPERATION$/, means: 'locked' },
  { status: 401, challenge: /insufficient_scope/, means: 'denied' },
  { status: 401, means: 'unauthorized' },
  { status: 403, means: 'denied' },
  { status: 413, means: 'too-large' },
  { status: 429, means: 'throttled' },
  { code: /^TOOMANYREQUESTS$/, means: 'throttled' },
  { status: 408, means: 'unavailable' },
  { code: /^DIGEST_INVALID$/, means: 'digest-mismatch' },
  // The registry dropped the upload session; a retry starts a new one.
  { code: /^BLOB_UPLOAD_(UNKNOWN|INVALID)$/, means: 'unavailable' },
  { code: /^(MANIFEST|NAME|TAG|BLOB|SIZE|PAGINATION)_/, means: 'invalid' },
  { status: 400, means: 'invalid' },
];

/** Makes an error from an unexpected response. Consumes the response's body. */
export async function registryErrorOf(
  operation: string,
  response: PipelineResponse,
  clock: Clock,
): Promise<RegistryError> {
  const { code, message } = await errorBody(response);
  const text = [code, message].filter((part) => part !== '').join(': ');
  return new RegistryError(
    meaningOf(response, code),
    `${operation}: the registry answered ${response.status}${text === '' ? '' : ` ${text}`}`,
    { retryAfterSeconds: retryAfterSeconds(response.headers, clock.now()) },
  );
}

/**
 * Makes an error from an exception while sending or reading. Drops the SDK's own error as the cause,
 * because it holds the request and thereby the token.
 */
export function registryFailure(operation: string, error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  if (error instanceof BodyTooLargeError) {
    return new RegistryError('too-large', `${operation}: larger than ${error.maxBytes} bytes`);
  }
  if (connectionFailure(error) !== undefined) {
    return new RegistryError('unavailable', `${operation}: no answer (${failureName(error)})`);
  }
  const cause = isRestError(error) ? undefined : error;
  return new RegistryError('unexpected', `${operation}: ${failureName(error)}`, { cause });
}

function meaningOf(response: PipelineResponse, code: string): RegistryErrorCode {
  const challenge = response.headers.get('www-authenticate') ?? '';
  const rule = RULES.find(
    (candidate) =>
      (candidate.status === undefined || candidate.status === response.status) &&
      (candidate.code === undefined || candidate.code.test(code)) &&
      (candidate.challenge === undefined || candidate.challenge.test(challenge)),
  );
  if (rule !== undefined) return rule.means;
  return response.status >= 500 ? 'unavailable' : 'unexpected';
}

async function errorBody(response: PipelineResponse): Promise<{ code: string; message: string }> {
  try {
    const body = readJson(ErrorBody, await readBody(response, MAX_ERROR_BYTES));
    const first = body.ok ? body.value.errors[0] : undefined;
    const { code = '', message = '' } = first ?? {};
    return { code: plainText(code, MAX_TEXT), message: plainText(message, MAX_TEXT) };
  } catch {
    return { code: '', message: '' };
  }
}
