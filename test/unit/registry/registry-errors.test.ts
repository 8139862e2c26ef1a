import {
  createHttpHeaders,
  createPipelineRequest,
  type PipelineResponse,
  RestError,
} from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { BodyTooLargeError } from '../../../lib/http/read-body.ts';
import { RegistryError } from '../../../lib/registry/registry.ts';
import { registryErrorOf, registryFailure } from '../../../lib/registry/registry-errors.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

function responseWith(
  status: number,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): PipelineResponse {
  const request = createPipelineRequest({ url: 'https://registry.example.com/v2/' });
  const bodyAsText = typeof body === 'string' ? body : JSON.stringify(body);
  return { request, status, headers: createHttpHeaders({ ...headers }), bodyAsText };
}

const coded = (code: string, message = 'why') => ({ errors: [{ code, message }] });
const errorOf = (...args: Parameters<typeof responseWith>) =>
  registryErrorOf('read x', responseWith(...args), new ManualClock());

describe('registryErrorOf', () => {
  it.each<readonly [number, string, string]>([
    [405, 'REGISTRY_DISALLOWED_OPERATION', 'locked'],
    [401, 'UNAUTHORIZED', 'unauthorized'],
    [403, 'DENIED', 'denied'],
    [413, '', 'too-large'],
    [429, '', 'throttled'],
    [503, 'TOOMANYREQUESTS', 'throttled'],
    [408, '', 'unavailable'],
    [400, 'DIGEST_INVALID', 'digest-mismatch'],
    [404, 'BLOB_UPLOAD_UNKNOWN', 'unavailable'],
    [404, 'BLOB_UPLOAD_INVALID', 'unavailable'],
    [404, 'MANIFEST_BLOB_UNKNOWN', 'invalid'],
    [404, 'NAME_UNKNOWN', 'invalid'],
    [400, '', 'invalid'],
    [500, '', 'unavailable'],
    [599, '', 'unavailable'],
    [404, '', 'unexpected'],
    [418, 'MY_TAG_X', 'unexpected'],
  ])('takes %d %s for %s', async (status, code, meaning) => {
    expect(await errorOf(status, coded(code))).toMatchObject({ code: meaning });
  });

  it('tells a missing right from a missing identity by the challenge', async () => {
    const challenge = { 'www-authenticate': 'Bearer error="insufficient_scope"' };

    expect(await errorOf(401, {}, challenge)).toMatchObject({ code: 'denied' });
  });

  it('quotes the registry’s first error, in one line', async () => {
    const body = { errors: [{ code: 'DENIED', message: 'no\n\u001b[31mright' }, { code: 'X' }] };

    expect(await errorOf(403, body)).toMatchObject({
      message: 'read x: the registry answered 403 DENIED: no right',
    });
  });

  it.each([['<html>'], [{ errors: [] }], [{ errors: 'x' }], ['x'.repeat(65 * 1024)]])(
    'names only the status if the body is no error of a registry',
    async (body) => {
      expect((await errorOf(502, body)).message).toBe('read x: the registry answered 502');
    },
  );

  it('keeps how long the registry asks to wait', async () => {
    expect(await errorOf(429, {}, { 'retry-after': '7' })).toMatchObject({ retryAfterSeconds: 7 });
    expect((await errorOf(429)).retryAfterSeconds).toBeUndefined();
  });
});

describe('registryFailure', () => {
  it.each<readonly [Error, string, string]>([
    [new BodyTooLargeError(5), 'too-large', 'read x: larger than 5 bytes'],
    [
      new RestError('hush', { code: 'ECONNRESET' }),
      'unavailable',
      'read x: no answer (ECONNRESET)',
    ],
    [new RestError('hush', { code: 'ODD' }), 'unexpected', 'read x: ODD'],
    [new TypeError('hush'), 'unexpected', 'read x: TypeError'],
  ])('takes %s for %s', (error, code, message) => {
    expect(registryFailure('read x', error)).toMatchObject({ code, message });
  });

  it('keeps an error of the registry, and drops the request that an SDK’s error holds', () => {
    const own = new RegistryError('denied', 'no');
    const request = createPipelineRequest({ url: 'https://registry.example.com/?token=hush' });
    const sdk = new RestError('x', { code: 'ODD', request });

    expect(registryFailure('read x', own)).toBe(own);
    expect(registryFailure('read x', sdk).cause).toBeUndefined();
    expect(registryFailure('read x', new TypeError('a bug')).cause).toBeInstanceOf(TypeError);
  });
});
