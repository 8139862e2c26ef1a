import { describe, expect, it } from 'vitest';
import { type RetryCause, sendWithRetries } from '../../../lib/http/retry.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { brokenConnection, StubDelays } from './stub-http-client.ts';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
}

function answer(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: new Headers(headers) };
}

/** Sends with retries, against these answers in order. The last one repeats. */
async function send(
  course: readonly (Answer | Error)[],
  options: { readonly attempts?: number; readonly stopAfter?: number } = {},
) {
  const delays = new StubDelays();
  const stop = new AbortController();
  const causes: RetryCause[] = [];
  const discarded: number[] = [];
  let sent = 0;
  const result = await sendWithRetries<Answer>({
    attempts: options.attempts ?? 3,
    longestWaitMs: 10_000,
    clock: new ManualClock('2026-11-23T02:00:00Z'),
    delays,
    signal: stop.signal,
    send: async () => {
      const next = course[Math.min(sent, course.length - 1)];
      sent += 1;
      if (sent === options.stopAfter) stop.abort();
      if (next instanceof Error) throw next;
      if (next === undefined) throw new Error('no course');
      return next;
    },
    discard: ({ status }) => {
      discarded.push(status);
    },
    onRetry: (cause) => causes.push(cause),
  }).catch((error: unknown) => error);
  return { result, sent, waits: delays.waits, causes, discarded };
}

describe('sendWithRetries', () => {
  it('reports and discards each answer that it does not return', async () => {
    const { result, causes, discarded } = await send([answer(503), answer(429), answer(200)]);

    expect(result).toMatchObject({ status: 200 });
    expect(causes).toEqual([
      { attempt: 1, status: 503 },
      { attempt: 2, status: 429 },
    ]);
    expect(discarded).toEqual([503, 429]);
  });

  it('returns the answer to the last attempt, without discarding it', async () => {
    const { result, sent, discarded } = await send([answer(503)]);

    expect(result).toMatchObject({ status: 503 });
    expect({ sent, discarded }).toEqual({ sent: 3, discarded: [503, 503] });
  });

  it('reports a broken connection by its short name, and throws the last one', async () => {
    const error = brokenConnection('ECONNRESET');

    const { result, causes, waits } = await send([error]);

    expect(result).toBe(error);
    expect(causes).toEqual([
      { attempt: 1, failure: 'ECONNRESET' },
      { attempt: 2, failure: 'ECONNRESET' },
    ]);
    expect(waits).toEqual([375, 750]);
  });

  it('sends once if a single attempt is allowed', async () => {
    expect(await send([answer(503)], { attempts: 1 })).toMatchObject({ sent: 1, causes: [] });
  });

  it('waits as long as the service asks, up to the limit', async () => {
    const within = await send([answer(429, { 'retry-after': '10' }), answer(200)]);
    const beyond = await send([answer(429, { 'retry-after': '11' }), answer(200)]);

    expect(within).toMatchObject({ sent: 2, waits: [10_000] });
    expect(beyond).toMatchObject({ sent: 1, waits: [], result: { status: 429 } });
  });

  it('throws any other error at once', async () => {
    expect(await send([new TypeError('a bug')])).toMatchObject({ sent: 1, causes: [] });
  });

  it('stops after an abort, with the answer or the error that it has', async () => {
    const answered = await send([answer(503)], { stopAfter: 2 });
    const broken = await send([brokenConnection()], { stopAfter: 1 });

    expect(answered).toMatchObject({ sent: 2, result: { status: 503 } });
    expect(broken).toMatchObject({ sent: 1, waits: [] });
  });
});
