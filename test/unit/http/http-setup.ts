import { createPipelineRequest, type PipelineRequest } from '@azure/core-rest-pipeline';
import { createHttp } from '../../../lib/http/http.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { type StubAnswer, StubDelays, StubHttpClient } from './stub-http-client.ts';

const URL_OF_REGISTRY = 'https://registry.example.com/v2/a/blobs/x';

/** Creates an HTTP client whose requests a function answers without delays. */
export function arrange(answer: (nth: number) => StubAnswer | Error) {
  const client = new StubHttpClient((_, nth) => answer(nth));
  const delays = new StubDelays();
  const clock = new ManualClock('2026-11-23T02:00:00Z');
  return { client, delays, http: createHttp({ clock, delays, httpClient: client }) };
}

export function request(
  parts: Partial<Pick<PipelineRequest, 'method' | 'body' | 'abortSignal'>> = {},
) {
  const made = createPipelineRequest({
    url: URL_OF_REGISTRY,
    streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
    ...parts,
  });
  made.headers.set('authorization', 'Bearer secret');
  return made;
}
