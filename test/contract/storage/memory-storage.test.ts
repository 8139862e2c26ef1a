import { TABLES } from '../../../lib/storage/tables.ts';
import { MemoryTables } from '../../fakes/memory-tables.ts';
import { describeTables } from './tables.contract.ts';

describeTables('memory', async () => ({
  tables: new MemoryTables(),
  unprovisioned: new MemoryTables({ missing: Object.values(TABLES) }),
  close: async () => undefined,
}));
