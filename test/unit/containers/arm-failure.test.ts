import { createHttpHeaders, RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import {
  describeFailure,
  failureOfAnswer,
  failureOfError,
} from '../../../lib/containers/arm-failure.ts';
import { brokenConnection } from '../http/stub-http-client.ts';

const NOW = new Date('2026-11-23T02:00:00Z');

function failure(status: number | undefined, code: string, message = '') {
  return { status, code, message, retryAfterSeconds: undefined };
}

function answer(status: number, bodyAsText: string | null, headers: Record<string, string> = {}) {
  return { status, headers: createHttpHeaders(headers), bodyAsText };
}

describe('the answer of ARM', () => {
  it('has the code and the message of its body, and the time to wait', () => {
    const body = JSON.stringify({ error: { code: 'TooManyRequests', message: 'slow down' } });

    expect(failureOfAnswer(answer(429, body, { 'retry-after': '30' }), NOW)).toEqual({
      status: 429,
      code: 'TooManyRequests',
      message: 'slow down',
      retryAfterSeconds: 30,
    });
  });

  it.each([
    ['<html>Bad Gateway</html>', '<html>Bad Gateway</html>'],
    ['{"error":"no object"}', '{"error":"no object"}'],
    ['{"error":{"code":1,"message":{}}}', ''],
    [null, ''],
  ])('without the usual body has no code, and its text as the message: %s', (body, message) => {
    expect(failureOfAnswer(answer(502, body), NOW)).toEqual(failure(502, '', message));
  });
});

describe('an exception', () => {
  it('is the answer that it carries', () => {
    const request = { url: '', method: 'GET' as const };
    const response = { ...answer(403, '{"error":{"code":"AuthorizationFailed"}}'), request };
    const error = Object.assign(new RestError('refused'), { response });

    expect(failureOfError(error, NOW)).toEqual(failure(403, 'AuthorizationFailed'));
  });

  it('is named for the connection if there was no answer', () => {
    expect(failureOfError(brokenConnection(), NOW)).toEqual(
      failure(undefined, 'ECONNRESET', 'no response'),
    );
  });
});

describe('a failure', () => {
  it.each([
    [failure(409, 'Conflict', 'why'), '409 Conflict: why'],
    [failure(502, '', 'why'), '502: why'],
    [failure(502, ''), '502'],
    [failure(undefined, 'ECONNRESET', 'no response'), 'ECONNRESET: no response'],
  ])('%j is described as %s', (one, text) => {
    expect(describeFailure(one)).toBe(text);
  });

  it('is described without secrets, also if one contains another', () => {
    const secrets = ['secret-part', 'secret-part-two'];

    expect(describeFailure(failure(400, '', 'secret-part-two, secret-part'), secrets)).toBe(
      '400: ***, ***',
    );
  });

  it('keeps words that are too short for a secret', () => {
    expect(describeFailure(failure(400, '', 'a short word'), ['short'])).toBe('400: a short word');
  });

  it('is described without a secret that is longer than the description', () => {
    const secret = 'secret-part/'.repeat(100);
    const quoted = failureOfAnswer(
      {
        status: 400,
        headers: createHttpHeaders(),
        bodyAsText: JSON.stringify({ error: { code: 'InvalidSecret', message: `bad: ${secret}` } }),
      },
      NOW,
    );

    expect(describeFailure(quoted, [secret])).toBe('400 InvalidSecret: bad: ***');
  });

  it('is described without the secrets that it quotes', () => {
    const text = describeFailure(failure(400, 'InvalidSecret', "'pull-secret' is not base64"), [
      'pull-secret',
      '',
    ]);

    expect(text).toBe("400 InvalidSecret: '***' is not base64");
  });
});
