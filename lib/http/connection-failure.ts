/** Codes for a connection that was not made, or broke: trying again may help. */
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
  // Azure's pipeline, if Node names no code.
  'REQUEST_SEND_ERROR',
  // Node's `fetch`. Source: undici, lib/core/errors.js.
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/**
 * A short name for a request that got no answer (`ECONNRESET`, `timeout`); undefined for any other
 * error. Azure's pipeline and `fetch` report a request that took too long as an abort.
 */
export function connectionFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout';
  const answered = 'response' in error && error.response !== undefined;
  const code = answered ? undefined : codeOf(error);
  return code !== undefined && TRANSIENT.has(code) ? code : undefined;
}

/** The error's code, or its class if it has none. Never its text: that may quote a URL. */
export function failureName(error: unknown): string {
  return (
    connectionFailure(error) ?? codeOf(error) ?? (error instanceof Error ? error.name : 'error')
  );
}

/** `fetch` wraps the failure that has the code. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.cause === undefined ? undefined : codeOf(error.cause);
}
