import type { PipelinePolicy, PipelineRequest } from '@azure/core-rest-pipeline';
import type { Clock } from '../clock.ts';
import type { Delays } from './delays.ts';
import { discardBody } from './read-body.ts';
import { sendWithRetries } from './retry.ts';

const ATTEMPTS = 4;
/** If a service asks for a longer wait, the caller gets the response and delays its message instead. */
const LONGEST_WAIT_MS = 20_000;

export interface RetryPolicyOptions {
  readonly clock: Clock;
  readonly delays: Delays;
  /** False for a request that must never be retried. */
  readonly mayRepeat: (request: PipelineRequest) => boolean;
}

/** Our retries, for requests of Azure's pipeline. */
export function retryPolicy({ clock, delays, mayRepeat }: RetryPolicyOptions): PipelinePolicy {
  return {
    name: 'patchwrightRetryPolicy',
    sendRequest: (request, next) =>
      sendWithRetries({
        attempts: mayRepeat(request) ? ATTEMPTS : 1,
        longestWaitMs: LONGEST_WAIT_MS,
        clock,
        delays,
        signal: request.abortSignal instanceof AbortSignal ? request.abortSignal : undefined,
        send: () => next(request),
        discard: discardBody,
      }),
  };
}
