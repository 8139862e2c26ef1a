import type { WorkerContext } from '../context/worker-context.ts';

export interface Answer {
  readonly response: Response;
  /** An earlier try got no clear answer, so it may have taken effect. */
  readonly uncertain: boolean;
}

const TRIES = 5;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const TRY_LIMIT_MS = 120_000;

/**
 * The worker's one way to make an HTTP request: tried again on a connection failure, 429 and 5xx,
 * with doubling delays or the answer's own Retry-After. Redirects are not followed, so no credential
 * goes elsewhere. Throws the last connection failure.
 */
export async function sendRequest(
  context: WorkerContext,
  url: string,
  init: RequestInit,
): Promise<Answer> {
  let uncertain = false;
  for (let attempt = 1; ; attempt += 1) {
    const signal = AbortSignal.any([context.stop, AbortSignal.timeout(TRY_LIMIT_MS)]);
    let delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
    try {
      const response = await context.fetch(url, { ...init, redirect: 'manual', signal });
      const unclear = response.status === 429 || response.status >= 500;
      if (!unclear || attempt === TRIES) return { response, uncertain };
      delay = retryAfterMs(response) ?? delay;
      await response.body?.cancel();
      context.log.warn('A request is tried again.', { status: response.status, attempt });
    } catch (error) {
      if (attempt === TRIES || context.stop.aborted) throw error;
      context.log.warn('A request is tried again.', { failure: connectionFailure(error), attempt });
    }
    uncertain = true;
    await context.sleep(delay, context.stop);
  }
}

/** The system's code of a failed connection: the message would quote the address. */
export function connectionFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.cause instanceof Error && 'code' in error.cause) return String(error.cause.code);
  return error.name;
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0
    ? Math.min(LONGEST_DELAY_MS, seconds * 1000)
    : undefined;
}
