import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { QUEUES, type QueueName } from '../../../lib/storage/queues.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryBlobs } from '../../fakes/memory-blobs.ts';
import { MemoryQueues } from '../../fakes/memory-queues.ts';
import { MemoryTableQueries } from '../../fakes/memory-table-queries.ts';
import { MemoryTables } from '../../fakes/memory-tables.ts';
import { describeBlobs } from './blobs.contract.ts';
import { describeQueues, type Received } from './queues.contract.ts';
import { describeQueries } from './table-queries.contract.ts';
import { describeTables } from './tables.contract.ts';

describeTables('memory', async () => ({
  tables: new MemoryTables(),
  unprovisioned: new MemoryTables({ missing: Object.values(TABLES) }),
}));

describeTables('memory with small pages', async () => ({
  tables: new MemoryTables({ pageSize: 2 }),
  unprovisioned: new MemoryTables({ missing: Object.values(TABLES) }),
}));

describeQueries('memory', async () => {
  const tables = new MemoryTables();
  return {
    tables,
    queries: new MemoryTableQueries(tables),
    unprovisioned: new MemoryTableQueries(new MemoryTables({ missing: Object.values(TABLES) })),
  };
});

describeQueues('memory', async () => {
  const clock = new ManualClock();
  const queues = new MemoryQueues({ clock });
  async function receive(
    queue: QueueName,
    visibilitySeconds: number,
  ): Promise<Received | undefined> {
    const message = queues.receive(queue, { visibilitySeconds });
    return message && { ...message, delete: async () => queues.delete(message) };
  }
  return {
    queues,
    unprovisioned: new MemoryQueues({ clock, missing: Object.values(QUEUES) }),
    receive,
    receiveWithin: async (queue, seconds) => {
      clock.advance({ seconds });
      return await receive(queue, 60);
    },
    count: async (queue) => queues.pending(queue).length,
    clear: async (queue) => {
      for (const { id } of queues.pending(queue)) queues.drop(id);
    },
    poison: async (queue, ...texts) => {
      for (const { id } of queues.pending(`${queue}-poison`)) queues.drop(id);
      for (const text of texts) queues.sendText(`${queue}-poison`, text);
    },
    countPoison: async (queue) => queues.pending(`${queue}-poison`).length,
  };
});

describeBlobs('memory', async () => {
  const clock = new ManualClock();
  const blobs = new MemoryBlobs({ clock });
  return {
    blobs,
    unprovisioned: new MemoryBlobs({ clock, missing: Object.values(CONTAINERS) }),
    fromNow: (seconds) => new Date(clock.now().getTime() + seconds * 1000),
    put: (url, bytes) => blobs.putThrough(url, bytes),
    get: (url) => blobs.getThrough(url),
  };
});
