import { sendWithRetries } from '../../lib/http/retry.ts';
import type { WorkerContext } from '../context/worker-context.ts';

export interface Answer {
  readonly response: Response;
  /** True if an earlier attempt had no clear response, so it may have taken effect. */
  readonly uncertain: boolean;
}

const ATTEMPTS = 5;
/** Long, because the worker can't re-enqueue itself and a lost result costs a whole job. */
const LONGEST_WAIT_MS = 5 * 60_000;
const TRY_LIMIT_MS = 120_000;

/**
 * Sends every HTTP request of the worker. It does not follow redirects, so that no credential
 * reaches another host. Throws the last connection failure.
 */
export async function sendRequest(
  context: WorkerContext,
  url: string,
  init: RequestInit,
): Promise<Answer> {
  const { clock, sleep, random, stop, log } = context;
  let uncertain = false;
  const response = await sendWithRetries({
    attempts: ATTEMPTS,
    longestWaitMs: LONGEST_WAIT_MS,
    clock,
    delays: { wait: sleep, random },
    signal: stop,
    send: () => {
      const signal = AbortSignal.any([stop, AbortSignal.timeout(TRY_LIMIT_MS)]);
      return context.fetch(url, { ...init, redirect: 'manual', signal });
    },
    discard: (answer) => answer.body?.cancel(),
    onRetry: (cause) => {
      uncertain = true;
      log.warn('Retrying a request.', { ...cause });
    },
  });
  return { response, uncertain };
}
