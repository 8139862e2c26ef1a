import { describe, expect, it } from 'vitest';
import {
  ContainerGroupsError,
  type GroupRefusal,
} from '../../../lib/containers/container-groups.ts';
import {
  askedToWait,
  GROUP_ENDED,
  GROUP_REFUSED,
  LONGEST_WAIT_SECONDS,
  remedyFor,
} from '../../../lib/pipeline/failures.ts';
import { RegistryError, type RegistryErrorCode } from '../../../lib/registry/registry.ts';
import { StorageError } from '../../../lib/storage/storage-error.ts';

describe('a container group that Azure refuses', () => {
  it.each(['throttled', 'quota', 'capacity', 'network'] as const)(
    'costs no attempt if it is %s',
    (refusal) => {
      expect(GROUP_REFUSED[refusal].do).toBe('wait');
    },
  );

  it.each(['transitioning', 'unavailable'] as const)(
    'is looked up if it is %s, since a second creation would restart it',
    (refusal) => {
      expect(GROUP_REFUSED[refusal]).toEqual({ do: 'look' });
    },
  );

  it('fails without a retry only if its configuration is wrong', () => {
    const givenUp = Object.entries(GROUP_REFUSED).filter(([, remedy]) => remedy.do === 'give-up');

    expect(givenUp).toEqual([['configuration', { do: 'give-up', reason: 'configuration' }]]);
  });

  it('costs an attempt and is made smaller if its request is too large', () => {
    expect(GROUP_REFUSED['too-large']).toEqual({ do: 'smaller', reason: 'group-too-large' });
  });

  it.each([
    ['image-pull', 'configuration'],
    ['unauthorized', 'unauthorized'],
  ] as const)('is retried if it is %s, and then fails as %s', (refusal, reason) => {
    expect(GROUP_REFUSED[refusal]).toEqual({ do: 'retry', times: expect.any(Number), reason });
  });
});

describe('a container group that ended without a result', () => {
  it.each([
    ['late', 'timeout'],
    ['gone', 'group-lost'],
    ['stopped', 'group-lost'],
  ] as const)('costs an attempt if it is %s, with the reason %s', (end, reason) => {
    expect(GROUP_ENDED[end]).toEqual({ do: 'lose', reason });
  });

  it('is replaced by another group at no attempt if it was never provisioned', () => {
    expect(GROUP_ENDED['not-provisioned'].do).toBe('elsewhere');
  });
});

describe('remedyFor', () => {
  const registry = (code: RegistryErrorCode) => remedyFor(new RegistryError(code, 'x'));
  const groups = (refusal: GroupRefusal) => remedyFor(new ContainerGroupsError(refusal, 'x'));

  it.each([
    ['throttled', 10, 'registry-error'],
    ['unavailable', 10, 'registry-error'],
    ['unexpected', 10, 'registry-error'],
    ['unauthorized', 4, 'unauthorized'],
    ['denied', 4, 'unauthorized'],
    ['invalid', 4, 'registry-error'],
    ['digest-mismatch', 4, 'registry-error'],
  ] as const)(
    'retries a registry error that is %s, %d times, and then fails as %s',
    (code, times, reason) => {
      expect(registry(code)).toEqual({ do: 'retry', times, reason });
    },
  );

  it.each([
    ['too-large', 'registry-error'],
    ['locked', 'tag-locked'],
  ] as const)('never retries a registry error that is %s, and fails as %s', (code, reason) => {
    expect(registry(code)).toEqual({ do: 'give-up', reason });
  });

  it.each(['throttled', 'denied', 'malformed'] as const)('retries a storage error: %s', (code) => {
    expect(remedyFor(new StorageError(code, 'x'))).toEqual({
      do: 'retry',
      times: 10,
      reason: 'storage-error',
    });
  });

  it('retries an ARM error more often than a missing role', () => {
    expect(groups('unavailable')).toEqual({ do: 'retry', times: 10, reason: 'group-lost' });
    expect(groups('unauthorized')).toEqual({ do: 'retry', times: 4, reason: 'unauthorized' });
  });

  it.each([new TypeError('x'), 'thrown text', undefined])(
    'retries an unknown error as an internal error: %o',
    (error) => {
      expect(remedyFor(error)).toEqual({ do: 'retry', times: 4, reason: 'internal-error' });
    },
  );
});

describe('askedToWait', () => {
  it.each([
    ['returns the delay that the service asked for', 30, 30],
    ['caps the delay, so that a run can end meanwhile', 86_400, LONGEST_WAIT_SECONDS],
    ['returns 0 if the service asked for no delay', undefined, 0],
  ])('%s', (_, retryAfterSeconds, seconds) => {
    const options = { retryAfterSeconds };

    expect(askedToWait(new RegistryError('throttled', 'x', options))).toBe(seconds);
    expect(askedToWait(new ContainerGroupsError('throttled', 'x', options))).toBe(seconds);
  });

  it('returns 0 for any other error', () => {
    expect(askedToWait(new StorageError('throttled', 'x'))).toBe(0);
    expect(askedToWait(undefined)).toBe(0);
  });
});
