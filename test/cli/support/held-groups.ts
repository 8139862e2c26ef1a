import { TableClient } from '@azure/data-tables';
import {
  TableThrottle,
  THROTTLE_KEYS,
} from '../../../lib/pipeline/stores/tables/table-throttle.ts';
import type { HoldReason } from '../../../lib/pipeline/stores/throttle.ts';
import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { connectStorage } from '../../../lib/storage/storage-connection.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { World } from '../../world/world.ts';
import type { Undo } from './breakages.ts';

/** Records that Azure refused a container group, as a run does. Returns how to remove the record. */
export async function holdGroups({ storage }: World, reason: HoldReason): Promise<Undo> {
  const { connectionString } = storage.account;
  const connection = connectStorage({ kind: 'connection-string', connectionString });
  const until = new Date(Date.now() + 3_600_000);
  await new TableThrottle(new AzureTables(connection)).holdUntil(until, reason);
  const table = TableClient.fromConnectionString(connectionString, TABLES.state);
  const { partitionKey, rowKey } = THROTTLE_KEYS;
  return async () => void (await table.deleteEntity(partitionKey, rowKey));
}
