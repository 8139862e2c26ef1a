import { TableClient } from '@azure/data-tables';
import { tableStores } from '../../../lib/pipeline/stores/tables/table-stores.ts';
import type { Timers } from '../../../lib/pipeline/stores/timers.ts';
import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { connectStorage } from '../../../lib/storage/storage-connection.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { World } from '../../world/world.ts';
import type { Undo } from './breakages.ts';

/** The app's record of its timers, as the app itself writes it. */
export function timersOf({ storage }: World): Timers {
  const { connectionString } = storage.account;
  const connection = connectStorage({ kind: 'connection-string', connectionString });
  return tableStores(new AzureTables(connection)).timers;
}

/** Records that the reaper started last at this time. Returns how to remove the record. */
export async function stopTimers(world: World, startedAt: Date): Promise<Undo> {
  await timersOf(world).startReaper({ since: startedAt, now: startedAt });
  const { connectionString } = world.storage.account;
  const table = TableClient.fromConnectionString(connectionString, TABLES.state);
  return async () => void (await table.deleteEntity('timers', 'reaper'));
}
