import { TableClient } from '@azure/data-tables';
import { builderFaultOf } from '../../../lib/pipeline/records/builder-fault.ts';
import { RunId } from '../../../lib/pipeline/records/run-id.ts';
import { tableStores } from '../../../lib/pipeline/stores/tables/table-stores.ts';
import { AzureTables } from '../../../lib/storage/azure-tables.ts';
import { connectStorage } from '../../../lib/storage/storage-connection.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { World } from '../../world/world.ts';
import type { Undo } from './breakages.ts';

const CHROOT = { name: 'chroot', call: 'chroot', errno: 'EPERM', lasting: true };
const AT = new Date('2026-11-23T02:00:00Z');

/** Adds an ended run in whose container groups no builder worked. Returns how to remove it. */
export async function addRefusedRun({ storage }: World): Promise<Undo> {
  const { connectionString } = storage.account;
  const connection = connectStorage({ kind: 'connection-string', connectionString });
  const counts = {
    ...{ clean: 0, cleanPartly: 0, patched: 0, alreadyPatched: 0, planned: 0 },
    ...{ waiting: 0, skipped: 0, rejected: 0, failed: 2 },
  };
  await tableStores(new AzureTables(connection)).runs.start({
    ...{ ...counts, targets: 2, active: 0, canceled: 0 },
    ...{ errors: 0, wake: 1, createdAt: AT, deadline: AT, nextAt: AT, finishedAt: AT },
    ...{ cursorRepository: 0, cursorTag: '', trigger: 'schedule', dryRun: false },
    ...builderFaultOf('confidential', [CHROOT]),
    id: RunId.parse('20261123T020000Z-86c8'),
    state: 'completed-with-failures',
  });
  const table = TableClient.fromConnectionString(connectionString, TABLES.runs);
  return async () => {
    for await (const { partitionKey = '', rowKey = '' } of table.listEntities()) {
      await table.deleteEntity(partitionKey, rowKey);
    }
  };
}
