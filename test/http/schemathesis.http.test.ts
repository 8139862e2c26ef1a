import { afterAll, beforeAll, expect, it } from 'vitest';
import { AzureTables } from '../../lib/storage/azure-tables.ts';
import { connectStorage } from '../../lib/storage/storage-connection.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { threeNights } from '../unit/history/history-samples.ts';
import type { FunctionsHost } from '../world/functions-host/functions-host.ts';
import { startWorld, type World } from '../world/world.ts';
import { testHttp } from './schemathesis.ts';

/*
 * The built app in the local Azure, with three nights of history. Generated requests, valid and not, meet
 * no failure of the app and no answer that its own document does not describe.
 */
const LEAST_CASES = 2000;
const EXAMPLES = 180;
const LIMIT_MS = 600_000;
const SEED = 20_261_123;
/** Of the report, that a failure shows. */
const REPORT_END = 10_000;

let world: World;
let host: FunctionsHost;
beforeAll(async () => {
  world = await startWorld({
    // Requests start runs, and nothing works on them.
    settings: { 'AzureWebJobs.runTick.Disabled': 'true' },
  });
  const { connectionString } = world.storage.account;
  const tables = new AzureTables(connectStorage({ kind: 'connection-string', connectionString }));
  const { tables: nights } = await threeNights();
  for (const table of Object.values(TABLES)) {
    for (const { entity } of nights.all(table)) {
      // Nothing ends the active run, and a request may wait for its end.
      if (entity.state !== 'running') await tables.insert(table, entity);
    }
  }
  host = await world.startApp();
}, 60_000);
afterAll(() => world?.close());

it(
  `answers ${LEAST_CASES} generated requests without a failure and within its document`,
  async () => {
    const tested = await testHttp({
      document: `${host.url}/${host.routePrefix}/openapi.json`,
      key: host.keys.function,
      examples: EXAMPLES,
      seed: SEED,
    });

    console.log(`${tested.cases} requests were generated`);
    expect(tested.exitCode, tested.report.slice(-REPORT_END)).toBe(0);
    expect(tested.cases).toBeGreaterThanOrEqual(LEAST_CASES);
  },
  LIMIT_MS,
);
