import { explainFailure } from '../../doctor/explain-failure.ts';
import type { StorageSetting } from '../../settings.ts';
import type { StorageError } from '../../storage/storage-error.ts';
import { CliError } from '../cli-error.ts';

const READER =
  'az role assignment create --role "Storage Table Data Reader" --assignee USER --scope "$(az storage account show --name ACCOUNT --query id --output tsv)"';
/** The identity SDK's names for a machine on which nobody is signed in. */
const NO_SIGN_IN = /\b(?:AggregateAuthenticationError|CredentialUnavailableError)\b/;

/** Says what to do about a failure of storage, by how the command signed in there. */
export function storageFailure(
  error: StorageError,
  where: string,
  kind: StorageSetting['kind'],
): CliError {
  const { code, message } = error;
  if (NO_SIGN_IN.test(message)) {
    const whatToDo = `az login; your account needs a role: ${READER}`;
    return new CliError('nobody is signed in here', { where, whatToDo });
  }
  // A key that is malformed gets 400 from Azure, as a request that is.
  const isRefused = code === 'denied' || message.includes('InvalidAuthenticationInfo');
  if (isRefused && kind === 'connection-string') {
    const whatToDo =
      'use the present key, from a network that the account allows: az storage account show-connection-string --name ACCOUNT';
    return new CliError(message, { where, whatToDo });
  }
  const outcome = explainFailure(error);
  const advice = 'whatToDo' in outcome ? outcome.whatToDo : '';
  const denied = `sign in (az login), and give your account a role: ${READER}`;
  const whatToDo = code === 'denied' ? denied : `${advice} Then: patchwright doctor`;
  return new CliError(message, { where, whatToDo });
}
