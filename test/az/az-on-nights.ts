import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { AzureTables } from '../../lib/storage/azure-tables.ts';
import { connectStorage } from '../../lib/storage/storage-connection.ts';
import { nightsRows } from '../pipeline/nights-rows.ts';
import { startAzurite } from '../world/azurite.ts';
import { installAz } from './install-az.ts';

const run = promisify(execFile);

export interface AzOnNights {
  /** Runs a command line with the real `az`, signed in to Azurite. Returns what it prints. */
  run(command: string): Promise<string>;
  close(): Promise<void>;
}

/** Starts Azurite with the rows of the three nights, and installs `az`. */
export async function startAzOnNights(): Promise<AzOnNights> {
  const folder = await installAz();
  const azurite = await startAzurite();
  const config = await mkdtemp(join(tmpdir(), 'patchwright-az-'));
  const connectionString = azurite.accounts[0]?.connectionString ?? '';
  const clients = connectStorage({ kind: 'connection-string', connectionString });
  const tables = new AzureTables(clients);
  for (const [table, rows] of await nightsRows()) {
    await clients.table(table).createTable();
    for (const row of rows) await tables.insert(table, row);
  }
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: config,
    AZURE_CONFIG_DIR: config,
    AZURE_CORE_COLLECT_TELEMETRY: 'false',
    AZURE_STORAGE_CONNECTION_STRING: connectionString,
  };
  // Writes the index of its commands, which two at once would write twice.
  await run('az', ['storage', 'entity', 'query', '--help'], { env });
  return {
    run: async (command) => (await run('sh', ['-c', command], { env })).stdout,
    close: async () => {
      await azurite.stop();
      await rm(config, { recursive: true, force: true });
    },
  };
}
