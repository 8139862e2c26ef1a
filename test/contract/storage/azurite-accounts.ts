import type { TokenCredential } from '@azure/core-auth';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { connectStorage, type StorageClients } from '../../../lib/storage/storage-connection.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { type Azurite, startAzurite } from '../../world/azurite.ts';
import { startIdentityServer } from '../../world/identity/identity-server.ts';
import { createAuthority } from '../../world/tls/certificates.ts';
import { trustAuthority } from '../../world/trust.ts';

/** Two accounts of one Azurite: one with everything that the app needs, and an empty one. */
export interface StorageAccounts {
  readonly provisioned: StorageClients;
  readonly empty: StorageClients;
  close(): Promise<void>;
}

const ACCOUNTS = ['provisioned', 'empty'] as const;
const AUDIENCE = 'https://storage.azure.com';

/** Plain HTTP and an account key, as on a developer's machine. */
export async function startWithConnectionString(): Promise<StorageAccounts> {
  const azurite = await startAzurite({ accounts: ACCOUNTS });
  const connect = (name: string) => {
    const { connectionString } = accountOf(azurite, name);
    return connectStorage({ kind: 'connection-string', connectionString });
  };
  return await provision({
    provisioned: connect('provisioned'),
    empty: connect('empty'),
    close: () => azurite.stop(),
  });
}

/** TLS and an identity without a key, as in Azure. */
export async function startWithIdentity(): Promise<StorageAccounts> {
  const authority = await createAuthority();
  trustAuthority(authority.caPem);
  const identity = await startIdentityServer();
  const azurite = await startAzurite({
    accounts: ACCOUNTS,
    tls: await authority.issue(['127.0.0.1']),
  });
  const credential: TokenCredential = {
    getToken: async () => ({
      token: identity.token(AUDIENCE),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
  const connect = (name: string) =>
    connectStorage({ kind: 'identity', ...accountOf(azurite, name), credential });
  return await provision({
    provisioned: connect('provisioned'),
    empty: connect('empty'),
    close: async () => {
      await azurite.stop();
      await identity.close();
    },
  });
}

function accountOf(azurite: Azurite, name: string): Azurite['accounts'][number] {
  const account = azurite.accounts.find((candidate) => candidate.name === name);
  if (account === undefined) throw new Error(`no account ${name}`);
  return account;
}

async function provision(accounts: StorageAccounts): Promise<StorageAccounts> {
  const clients = accounts.provisioned;
  for (const table of Object.values(TABLES)) await clients.table(table).createTable();
  for (const queue of Object.values(QUEUES)) await clients.queues.createQueue(queue);
  for (const container of Object.values(CONTAINERS)) {
    await clients.blobs.createContainer(container);
  }
  return accounts;
}
