import { systemClock } from '../../../lib/clock.ts';
import { AzureBlobs } from '../../../lib/storage/azure-blobs.ts';
import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { connectStorage } from '../../../lib/storage/storage-connection.ts';
import { type Entity, TABLES } from '../../../lib/storage/tables.ts';
import { debianReport } from '../../pipeline/debian-report.ts';
import { SECOND, threeNights } from '../../unit/history/history-samples.ts';
import { startAzurite } from '../../world/azurite.ts';

const BEFORE = [
  { id: 'CVE-2026-1', package: 'libssl3', fixed: '3.0.2' },
  { id: 'CVE-2026-2', package: 'zlib1g' },
];
const POLICY = {
  version: 'v1',
  repositories: [{ repository: 'team/api', tags: ['1.4', '1.5'] }],
};
/** Text of an image that tries to write to the terminal. */
const HOSTILE = '\u001b]0;owned\u0007=cmd|calc\u202e';

/** A storage account with three nights of history, two reports, a policy and a poison message. */
export async function startHistoryAccount() {
  const azurite = await startAzurite({ accounts: ['people'] });
  const connectionString = azurite.accounts[0]?.connectionString ?? '';
  const clients = connectStorage({ kind: 'connection-string', connectionString });
  for (const table of Object.values(TABLES)) await clients.table(table).createTable();
  for (const queue of Object.values(QUEUES)) await clients.queues.createQueue(queue);
  for (const name of Object.values(CONTAINERS)) await clients.blobs.createContainer(name);
  const tables = new AzureTables(clients);
  const blobs = new AzureBlobs(clients, systemClock);
  const { tables: nights } = await threeNights();
  for (const table of Object.values(TABLES)) {
    for (const { entity } of nights.all(table)) await tables.insert(table, told(entity));
  }
  const put = (name: string, content: object) =>
    blobs.create(
      CONTAINERS.reports,
      name,
      Buffer.from(JSON.stringify(content)),
      'application/json',
    );
  await put('before.json', debianReport(BEFORE));
  await put('after.json', debianReport(BEFORE.slice(1)));
  await put('policy.json', POLICY);
  const message = JSON.stringify({ runId: SECOND });
  const poison = { version: 1, queue: QUEUES.runs, message };
  await put('poison/patchwright-runs/20261124T020000Z-failed-1.json', poison);
  return {
    connectionString,
    waiting: async () => {
      const { peekedMessageItems } = await clients.queues
        .getQueueClient(QUEUES.runs)
        .peekMessages({ numberOfMessages: 32 });
      return peekedMessageItems.length;
    },
    close: () => azurite.stop(),
  };
}

/** Adds what the samples lack: reports, a policy, and a detail by a hostile image. */
function told(entity: Entity): Entity {
  const { kind, state, tag } = entity;
  if (kind === undefined && state === 'patched') {
    return { ...entity, reportBefore: 'before.json', reportAfter: 'after.json' };
  }
  if (kind === 'tag' && tag === '2.0') {
    return { ...entity, detail: HOSTILE };
  }
  return entity.partitionKey === 'run' ? { ...entity, policyBlob: 'policy.json' } : entity;
}
