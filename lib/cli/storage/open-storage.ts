import { openStorage, type StorageAccess } from '../../app.ts';
import type { StorageSetting } from '../../settings.ts';
import { StorageError } from '../../storage/storage-error.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, UsageError } from '../cli-error.ts';
import type { Invocation, OptionSpec } from '../command.ts';
import { settingsFrom } from '../settings-source.ts';
import { storageFailure } from './storage-failure.ts';

/** Options of commands that read the tables. */
export const STORAGE_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'account',
    value: 'NAME',
    about: 'use this storage account, with the account signed in here ("az login")',
  },
];

/** Does work with the storage account that was named, and explains failures. */
export async function withStorage<Result>(
  invocation: Invocation,
  context: CliContext,
  work: (access: StorageAccess) => Promise<Result>,
): Promise<Result> {
  const setting = await storageSetting(invocation, context);
  const access = openAccess(setting);
  try {
    return await work(access);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    throw storageFailure(error, access.address, setting.kind);
  }
}

async function storageSetting(
  invocation: Invocation,
  context: CliContext,
): Promise<StorageSetting> {
  const account = invocation.value('account');
  const file = invocation.value('settings');
  if (account !== undefined) {
    if (file !== undefined) {
      throw new UsageError('options "--account" and "--settings" exclude each other');
    }
    return ofAccount(account);
  }
  const settings = await settingsFrom(context, file);
  const named = ofSettings(settings);
  if (named !== undefined) return named;
  throw new CliError('no storage account is named', {
    where: file ?? 'the environment',
    whatToDo:
      'use --account NAME, or set AZURE_STORAGE_ACCOUNT: az storage account list --query "[].name"',
  });
}

/** The app's own settings, and else the variables that az reads. */
function ofSettings(
  settings: Readonly<Record<string, string | undefined>>,
): StorageSetting | undefined {
  const connectionString = settings.AzureWebJobsStorage || settings.AZURE_STORAGE_CONNECTION_STRING;
  const table = settings.AzureWebJobsStorage__tableServiceUri;
  const queue = settings.AzureWebJobsStorage__queueServiceUri;
  const blob = settings.AzureWebJobsStorage__blobServiceUri;
  if (table && queue && blob) return { kind: 'identity', table, queue, blob };
  if (connectionString) return { kind: 'connection-string', connectionString };
  const account = settings.AZURE_STORAGE_ACCOUNT;
  return account ? ofAccount(account) : undefined;
}

function ofAccount(name: string): StorageSetting {
  if (!/^[a-z0-9]{3,24}$/.test(name)) {
    throw new UsageError('a storage account has 3 to 24 letters (a-z) and digits');
  }
  const address = (service: string) => `https://${name}.${service}.core.windows.net`;
  return {
    kind: 'identity',
    table: address('table'),
    queue: address('queue'),
    blob: address('blob'),
  };
}

function openAccess(setting: StorageSetting): StorageAccess {
  try {
    return openStorage(setting);
  } catch {
    // The SDKs' error texts may quote a connection string.
    throw new CliError('the connection string or an address of the storage account is malformed', {
      where: 'the settings that start with AzureWebJobsStorage or AZURE_STORAGE',
      whatToDo: 'az storage account show-connection-string --name ACCOUNT',
    });
  }
}
