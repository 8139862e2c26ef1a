import type { PipelinePolicy, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline';
import type { Clock } from '../clock.ts';
import { connectionFailure } from './connection-failure.ts';
import type { Delays } from './delays.ts';
import { discardBody } from './read-body.ts';
import { retryAfterSeconds } from './retry-after.ts';

const ATTEMPTS = 4;
const FIRST_WAIT_MS = 500;
/** A longer wait belongs in a queue's delay, not in a function's paid time: the answer goes back. */
const LONGEST_WAIT_MS = 20_000;
const RETRIED_STATUSES = new Set([408, 429, 500, 502, 503, 504]);

export interface RetryOptions {
  readonly clock: Clock;
  readonly delays: Delays;
  /** False for a request that must leave once, whatever comes back. */
  readonly mayRepeat: (request: PipelineRequest) => boolean;
}

/**
 * The one retry policy of all HTTP that Patchwright does itself: a bounded number of attempts on 408,
 * 429, 5xx and broken connections, with exponential back-off, and the service's Retry-After where
 * it gives one. No other code repeats a request because it failed.
 */
export function retryPolicy(options: RetryOptions): PipelinePolicy {
  return {
    name: 'patchwrightRetryPolicy',
    async sendRequest(request, next) {
      const attempts = options.mayRepeat(request) ? ATTEMPTS : 1;
      for (let attempt = 1; ; attempt += 1) {
        const waitMs = (answered?: PipelineResponse) => backOff(attempt, answered, options);
        let response: PipelineResponse;
        try {
          response = await next(request);
        } catch (error) {
          const last = attempt >= attempts || request.abortSignal?.aborted === true;
          if (last || connectionFailure(error) === undefined) throw error;
          await options.delays.wait(waitMs());
          if (request.abortSignal?.aborted === true) throw error;
          continue;
        }
        if (attempt >= attempts || !RETRIED_STATUSES.has(response.status)) return response;
        const wait = waitMs(response);
        if (wait > LONGEST_WAIT_MS) return response;
        discardBody(response);
        await options.delays.wait(wait);
      }
    },
  };
}

function backOff(
  attempt: number,
  response: PipelineResponse | undefined,
  { clock, delays }: RetryOptions,
): number {
  const asked = response && retryAfterSeconds(response.headers, clock.now());
  const exponential = FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + delays.random() / 2);
  return asked === undefined ? exponential : asked * 1000;
}
