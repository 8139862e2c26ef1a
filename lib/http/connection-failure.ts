import { isRestError, RestError } from '@azure/core-rest-pipeline';

/** Node's codes for a connection that was not made, or broke: trying again may help. */
const TRANSIENT = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
  RestError.REQUEST_SEND_ERROR,
]);

/**
 * A short name for a request that got no answer (`ECONNRESET`, `timeout`); undefined for any other
 * error. The pipeline reports a request that took too long as an `AbortError`.
 */
export function connectionFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout';
  const code = isRestError(error) && error.response !== undefined ? undefined : codeOf(error);
  return code !== undefined && TRANSIENT.has(code) ? code : undefined;
}

/** The error's code, or its class where it has none. Never its text: that may quote a URL. */
export function failureName(error: unknown): string {
  return (
    connectionFailure(error) ?? codeOf(error) ?? (error instanceof Error ? error.name : 'error')
  );
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
