import { sendWithRetries } from '../../http/retry.ts';
import type { WorkerContext } from '../context/worker-context.ts';

export interface Answer {
  readonly response: Response;
  /** An earlier try got no clear answer, so it may have taken effect. */
  readonly uncertain: boolean;
}

const ATTEMPTS = 5;
/** The worker has no queue to come back to, and losing its result costs a whole job. */
const LONGEST_WAIT_MS = 5 * 60_000;
const TRY_LIMIT_MS = 120_000;

/**
 * The worker's one way to make an HTTP request. It does not follow redirects, so that no credential
 * goes elsewhere. Throws the last connection failure.
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
      log.warn('A request is tried again.', { ...cause });
    },
  });
  return { response, uncertain };
}
