import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { archiveName } from '../../lib/pipeline/records/run-archive.ts';
import { retain } from '../../lib/pipeline/upkeep/retain.ts';
import { AzureTables } from '../../lib/storage/azure-tables.ts';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import { connectStorage } from '../../lib/storage/storage-connection.ts';
import { nightsRows } from '../pipeline/nights-rows.ts';
import { worldWithOldRun } from '../unit/pipeline/upkeep/old-run.ts';
import { startAzurite } from '../world/azurite.ts';
import { installAz } from './install-az.ts';

const run = promisify(execFile);

export interface AzOnNights {
  /** Runs a command line with the real `az`, signed in to Azurite. Returns what it prints. */
  run(command: string): Promise<string>;
  close(): Promise<void>;
}

/** Uploads the archive of an old run, as the reaper wrote it. */
async function uploadArchive(clients: ReturnType<typeof connectStorage>): Promise<void> {
  const { world, runId } = await worldWithOldRun();
  await retain(world.services);
  const archive = await world.blobs.read(CONTAINERS.archive, archiveName(runId), 1e6);
  if (!archive.found) throw new Error('the reaper wrote no archive');
  const container = clients.blobs.getContainerClient(CONTAINERS.archive);
  await container.create();
  await container.getBlockBlobClient(archiveName(runId)).uploadData(archive.bytes);
}

/** Starts Azurite with the rows of the three nights and an archive, and installs `az`. */
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
  await uploadArchive(clients);
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
    run: async (command) => (await run('sh', ['-c', command], { env, cwd: config })).stdout,
    close: async () => {
      await azurite.stop();
      await rm(config, { recursive: true, force: true });
    },
  };
}
