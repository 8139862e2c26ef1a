import { TableClient } from '@azure/data-tables';
import { tableStores } from '../../../lib/pipeline/stores/tables/table-stores.ts';
import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { connectStorage } from '../../../lib/storage/storage-connection.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { World } from '../../world/world.ts';
import type { Undo } from './breakages.ts';

/** Records that the reaper started last at this time. Returns how to remove the record. */
export async function stopTimers({ storage }: World, startedAt: Date): Promise<Undo> {
  const { connectionString } = storage.account;
  const connection = connectStorage({ kind: 'connection-string', connectionString });
  const { timers } = tableStores(new AzureTables(connection));
  await timers.startReaper({ since: startedAt, now: startedAt });
  const table = TableClient.fromConnectionString(connectionString, TABLES.state);
  return async () => void (await table.deleteEntity('timers', 'reaper'));
}
