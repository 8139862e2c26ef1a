import type { Clock } from '../clock.ts';
import { connectionFailure } from './connection-failure.ts';
import type { Delays } from './delays.ts';
import { retryAfterSeconds } from './retry-after.ts';

const FIRST_WAIT_MS = 500;
const RETRIED_STATUSES = new Set([408, 429, 500, 502, 503, 504]);

/** The common part of responses of the Azure pipeline and of `fetch`. */
export interface RetryableAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null | undefined };
}

/** The reason for a retry. */
export type RetryCause =
  | { readonly attempt: number; readonly status: number }
  | { readonly attempt: number; readonly failure: string };

export interface RetryOptions<Answer extends RetryableAnswer> {
  readonly attempts: number;
  /**
   * The longest wait in milliseconds. If the service asks for a longer one, its response is returned.
   */
  readonly longestWaitMs: number;
  readonly clock: Clock;
  readonly delays: Delays;
  /** Stops retries when aborted. */
  readonly signal?: AbortSignal | undefined;
  readonly send: () => Promise<Answer>;
  /** Closes a response that will not be read. */
  readonly discard: (answer: Answer) => void | Promise<void>;
  readonly onRetry?: (cause: RetryCause) => void;
}

/**
 * The only retry policy for HTTP: a bounded number of attempts on 408,
 * 429, 5xx and broken connections, with exponential back-off or the service's Retry-After. No
 * other code retries a failed request.
 */
export async function sendWithRetries<Answer extends RetryableAnswer>(
  options: RetryOptions<Answer>,
): Promise<Answer> {
  const { attempts, delays, signal } = options;
  const stopped = () => signal?.aborted === true;
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt >= attempts;
    let answer: Answer;
    try {
      answer = await options.send();
    } catch (error) {
      const failure = connectionFailure(error);
      if (last || failure === undefined || stopped()) throw error;
      options.onRetry?.({ attempt, failure });
      await delays.wait(backOff(attempt, delays), signal);
      if (stopped()) throw error;
      continue;
    }
    const { status, headers } = answer;
    if (last || !RETRIED_STATUSES.has(status) || stopped()) return answer;
    const asked = retryAfterSeconds(headers, options.clock.now());
    const wait = asked === undefined ? backOff(attempt, delays) : asked * 1000;
    if (wait > options.longestWaitMs) return answer;
    await options.discard(answer);
    options.onRetry?.({ attempt, status });
    await delays.wait(wait, signal);
  }
}

function backOff(attempt: number, delays: Delays): number {
  return FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + delays.random() / 2);
}
