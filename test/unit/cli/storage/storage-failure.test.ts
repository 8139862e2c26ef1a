import { expect, it } from 'vitest';
import { storageFailure } from '../../../../lib/cli/storage/storage-failure.ts';
import { StorageError } from '../../../../lib/storage/storage-error.ts';

const WHERE = 'https://abc.table.core.windows.net';
const FAILED = 'querying PatchwrightRuns failed:';

it.each([
  ['unexpected', `${FAILED} AggregateAuthenticationError`, 'identity', /^az login; .*Data Reader/],
  ['denied', `${FAILED} 403 AuthorizationPermissionMismatch`, 'identity', /az role assignment/],
  ['denied', `${FAILED} 403 AuthenticationFailed`, 'connection-string', /show-connection-string/],
  ['invalid', `${FAILED} 400 InvalidAuthenticationInfo`, 'connection-string', /present key/],
  ['unavailable', `${FAILED} ECONNREFUSED`, 'identity', /network.*patchwright doctor$/],
] as const)('ends with a command that helps: %s, %s, %s', (code, message, kind, says) => {
  const failure = storageFailure(new StorageError(code, message), WHERE, kind);

  expect(failure.whatToDo).toMatch(says);
  expect(failure.where).toBe(WHERE);
});

it('says that nobody is signed in', () => {
  const error = new StorageError('unexpected', `${FAILED} CredentialUnavailableError`);

  expect(storageFailure(error, WHERE, 'identity').message).toBe('nobody is signed in here');
});
