import { inspect } from 'node:util';
import { createHttpHeaders, createPipelineRequest, RestError } from '@azure/core-rest-pipeline';
import { describe, expect, it } from 'vitest';
import { serviceFailure, storageErrorFrom } from '../../../lib/storage/azure-failure.ts';
import { StorageError } from '../../../lib/storage/storage-error.ts';

function named(name: string): Error {
  return Object.assign(new Error('message of the SDK'), { name });
}

describe('storageErrorFrom', () => {
  it.each([
    [400, 'InvalidInput', 'invalid'],
    [401, 'InvalidAuthenticationInfo', 'denied'],
    [403, 'AuthorizationFailure', 'denied'],
    [404, 'TableNotFound', 'not-provisioned'],
    [404, 'ContainerNotFound', 'not-provisioned'],
    [404, 'QueueNotFound', 'not-provisioned'],
    [404, 'SomethingElse', 'unexpected'],
    [408, 'RequestTimeout', 'unavailable'],
    [409, 'QueueBeingDeleted', 'not-provisioned'],
    [412, 'ConditionNotMet', 'unexpected'],
    [413, 'RequestBodyTooLarge', 'invalid'],
    [429, 'TooManyRequests', 'throttled'],
    [500, 'InternalError', 'unavailable'],
    [503, 'ServerBusy', 'throttled'],
    [undefined, 'ECONNREFUSED', 'unavailable'],
    [undefined, 'PARSE_ERROR', 'unexpected'],
  ])('maps the answer %s %s to %s', (statusCode, code, expected) => {
    const cause = new RestError('message of the service', {
      code,
      ...(statusCode === undefined ? {} : { statusCode }),
    });

    const error = storageErrorFrom(cause, 'reading X');

    expect(error).toMatchObject({ code: expected });
    expect(serviceFailure(error.cause)).toEqual({ status: statusCode, code });
    expect(error.message).toMatch(/^reading X failed: /);
    expect(error.message).toContain(code);
  });

  it.each([
    ['AbortError', 'unavailable'],
    ['TimeoutError', 'unavailable'],
    ['CredentialUnavailableError', 'denied'],
    ['AuthenticationError', 'denied'],
    ['TypeError', 'unexpected'],
  ])('maps the error %s to %s without its message', (name, expected) => {
    const error = storageErrorFrom(named(name), 'reading X');

    expect(error.code).toBe(expected);
    expect(error.message).toBe(`reading X failed: ${name}`);
  });

  it('drops the request with its token', () => {
    const request = createPipelineRequest({
      url: 'https://a.blob.core.windows.net/x?sig=topsecret',
      headers: createHttpHeaders({ authorization: 'Bearer topsecret' }),
    });
    const original = new RestError('topsecret', { statusCode: 403, code: 'Denied', request });

    const error = storageErrorFrom(original, 'reading X');

    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('topsecret');
    expect(error.cause).toMatchObject({ name: 'RestError', code: 'Denied', status: 403 });
  });

  it('drops the answer to a credential', () => {
    const original = Object.assign(named('AuthenticationError'), { errorResponse: 'topsecret' });

    const error = storageErrorFrom(original, 'reading X');

    expect(inspect(error, { depth: 10 })).not.toContain('topsecret');
    expect(error.cause).toMatchObject({ name: 'AuthenticationError' });
  });

  it('returns a StorageError unchanged', () => {
    const original = new StorageError('malformed', 'row X');

    const error = storageErrorFrom(original, 'reading X');

    expect(error).toBe(original);
  });
});
