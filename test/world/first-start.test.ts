import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { TABLES } from '../../lib/storage/tables.ts';
import { type DoctorWorld, startDoctorWorld } from '../cli/support/doctor-world.ts';
import type { FunctionsHost } from './functions-host/functions-host.ts';
import type { HostLog } from './functions-host/host-log.ts';

/*
 * The built app in an Azure that was just deployed: roles are given, and do not count everywhere yet.
 */
const REFUSED = { status: 403, code: 'AuthorizationPermissionMismatch' };

let here: DoctorWorld;
const logs: HostLog[] = [];
let host: FunctionsHost | undefined;

beforeAll(async () => {
  here = await startDoctorWorld();
}, 60_000);
afterEach(async () => {
  await host?.close();
  here.fronts.table.refuse(undefined);
  here.world.registry.intercept(undefined);
  logs.length = 0;
});
afterAll(() => here?.close());

async function start(settings: Readonly<Record<string, string>> = {}): Promise<FunctionsHost> {
  host = await here.world.startApp({
    settings: here.settings({ NODE_EXTRA_CA_CERTS: here.caFile, ...settings }),
    onLog: (log) => logs.push(log),
    timersByHand: true,
  });
  return host;
}

/** What the app said by itself, outside of any function. */
function said(): readonly string[] {
  return logs.filter(({ category }) => category === 'console').map(({ message }) => message);
}

it('starts without a word, and after one read and one token, where the roles count', async () => {
  const reads: string[] = [];
  here.fronts.table.refuse(({ method, path }) => void reads.push(`${method} ${path}`));
  here.world.registry.clearRequests();

  const { functions } = await start();

  expect(functions.map(({ name }) => name)).toContain('startRun');
  expect(said()).toEqual([]);
  expect(reads).toEqual([expect.stringMatching(new RegExp(`^GET .*${TABLES.jobs}`))]);
  expect(here.world.registry.requests()).toEqual({ 'token.exchange': 1, 'token.access': 1 });
});

it('waits for roles that storage and the registry do not know yet, and says so once', async () => {
  const refusals = { table: 2, registry: 1 };
  here.fronts.table.refuse(() => (refusals.table-- > 0 ? REFUSED : undefined));
  here.world.registry.intercept(({ kind }) =>
    kind === 'token.exchange' && refusals.registry-- > 0 ? { status: 401, body: '' } : undefined,
  );

  await start();

  expect(said()).toEqual([
    expect.stringMatching(
      /^warning: at start: role assignments are not in effect yet.*storage \(reading PatchwrightJobs.* 403 .*; the registry \(exchange .* 401/,
    ),
    expect.stringMatching(/^info: role assignments are in effect /),
  ]);
});

it('starts although nothing of what it stands on can be reached', async () => {
  const { functions } = await start({
    PATCHWRIGHT_REGISTRY: 'localhost:1',
    AzureWebJobsStorage__tableServiceUri: 'https://localhost:1',
  });

  expect(functions.map(({ name }) => name)).toContain('startRun');
  expect(said().filter((line) => line.startsWith('warning: '))).toHaveLength(2);
});

it('tells who starts or cancels a run to come again, while storage refuses the app', async () => {
  const { url, keys } = await start();
  here.fronts.table.refuse(() => REFUSED);
  const post = (path: string) =>
    fetch(`${url}/api/runs${path}`, {
      method: 'POST',
      headers: { 'x-functions-key': keys.function },
    });

  const answers = [await post(''), await post('/20261123T020000Z-7f3a/cancel')];

  for (const answer of answers) {
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answer.json()).toEqual({ error: expect.stringMatching(/up to ten minutes/) });
  }
});
