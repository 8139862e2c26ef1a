import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { runIdOf } from '../../lib/pipeline/records/run-id.ts';
import { cronText, lastOccurrence } from '../../lib/settings/occurrences.ts';
import { Schedule } from '../../lib/settings/schedule.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { type DoctorWorld, startDoctorWorld } from '../cli/support/doctor-world.ts';
import { stopTimers, timersOf } from '../cli/support/stopped-timers.ts';
import type { FunctionsHost } from './functions-host/functions-host.ts';
import type { HostLog } from './functions-host/host-log.ts';
import { waitFor } from './seed/job-world.ts';
import { readRunTables } from './seed/run-tables.ts';

/*
 * The built app in an Azure that was just deployed: role assignments are not in effect everywhere yet,
 * and no timer fires.
 */
const REFUSED = { status: 403, code: 'AuthorizationPermissionMismatch' };

const Answer = z.object({
  runId: z.string().optional(),
  dryRun: z.boolean().optional(),
  note: z.string().optional(),
  detail: z.string().optional(),
});

let here: DoctorWorld;
const logs: HostLog[] = [];
let host: FunctionsHost | undefined;

beforeAll(async () => {
  here = await startDoctorWorld();
}, 180_000);
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

/** The app's own log lines, outside of functions. */
function said(): readonly string[] {
  return logs.filter(({ category }) => category === 'console').map(({ message }) => message);
}

it('starts without a log line, after one read and one token, if the roles are in effect', async () => {
  const reads: string[] = [];
  here.fronts.table.refuse(({ method, path }) => void reads.push(`${method} ${path}`));
  here.world.registry.clearRequests();

  const { functions } = await start();

  expect(functions.map(({ name }) => name)).toContain('startRun');
  expect(said()).toEqual([]);
  expect(reads).toEqual([expect.stringMatching(new RegExp(`^GET .*${TABLES.state}`))]);
  expect(here.world.registry.requests()).toEqual({ 'token.exchange': 1, 'token.access': 1 });
});

it('waits for role assignments that are not in effect yet, and logs it once', async () => {
  const refusals = { table: 2, registry: 1 };
  here.fronts.table.refuse(() => (refusals.table-- > 0 ? REFUSED : undefined));
  here.world.registry.intercept(({ kind }) =>
    kind === 'token.exchange' && refusals.registry-- > 0 ? { status: 401, body: '' } : undefined,
  );

  await start();

  expect(said()).toEqual([
    expect.stringMatching(
      /^warning: at start: a role assignment is not in effect yet.*"storage".*reading PatchwrightState.* 403 /,
    ),
    expect.stringMatching(
      /^warning: at start: a role assignment is not in effect yet.*"the registry".*exchange .* 401/,
    ),
    expect.stringMatching(/^info: role assignments are in effect /),
  ]);
});

it('starts although no service can be reached', async () => {
  const { functions } = await start({
    PATCHWRIGHT_REGISTRY: 'localhost:1',
    AzureWebJobsStorage__tableServiceUri: 'https://localhost:1',
  });

  expect(functions.map(({ name }) => name)).toContain('startRun');
  expect(said().filter((line) => line.startsWith('warning: '))).toHaveLength(2);
});

it('answers 503 with Retry-After to starting or canceling a run while storage refuses the app', async () => {
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
    expect(await answer.json()).toMatchObject({
      title: expect.any(String),
      detail: expect.stringMatching(/up to ten minutes.*PatchwrightRuns/),
    });
  }
});

it('starts the run and the reaper that dead timers missed, once a monitor calls it', async () => {
  const daily = '0 0 2 * * *';
  const schedule = Schedule.parse(daily);
  const twoDaysAgo = new Date(Date.now() - 48 * 3600 * 1000);
  const timers = timersOf(here.world);
  await timers.scheduleSince(cronText(schedule), twoDaysAgo);
  await stopTimers(here.world, twoDaysAgo);
  const { url } = await start({
    PATCHWRIGHT_SCHEDULE: daily,
    PATCHWRIGHT_REAP_SCHEDULE: '0 */5 * * * *',
    PATCHWRIGHT_POLICY: JSON.stringify({ version: 'v1', repositories: [] }),
  });

  const health = await fetch(`${url}/api/health`);

  expect(health.status).toBe(200);
  const due = lastOccurrence(schedule, new Date(Date.now() - 300_000));
  const id = runIdOf(due ?? twoDaysAgo, 'schedule');
  await waitFor('the missed run', async () => {
    const runs = await readRunTables(here.world.storage).runs();
    return runs.find((run) => run.id === id && run.trigger === 'schedule');
  });
  await waitFor('the reaper', async () => {
    const startedAt = await timers.reaperStartedAt();
    return startedAt !== undefined && startedAt > twoDaysAgo ? true : undefined;
  });
});

it('starts dry runs only if PATCHWRIGHT_DRY_RUN is true, and only of images in the policy', async () => {
  // No tick works on the runs: their rows and the answers tell everything.
  const tick = { 'AzureWebJobs.runTick.Disabled': 'true' };
  const { url, keys } = await start({ PATCHWRIGHT_DRY_RUN: 'true', ...tick });
  const post = async (body: object) => {
    const answer = await fetch(`${url}/api/runs`, {
      method: 'POST',
      headers: { 'x-functions-key': keys.function },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: Answer.parse(await answer.json()) };
  };

  const real = await post({ dryRun: false });
  const retried = await post({ images: ['team/api:1.4'], retry: true });
  const foreign = await post({ images: ['team/api:1.4', 'team/other:1'] });

  const note = expect.stringContaining('PATCHWRIGHT_DRY_RUN');
  expect(real).toMatchObject({ status: 202, body: { dryRun: true, note } });
  expect(retried).toMatchObject({ status: 202, body: { dryRun: true } });
  expect(retried.body.runId).not.toBe(real.body.runId);
  const detail = 'team/other:1: no enabled rule of the policy covers it';
  expect(foreign).toMatchObject({ status: 400, body: { detail } });
  const runs = await readRunTables(here.world.storage).runs();
  const rows = new Map(runs.map((run) => [String(run.id), run]));
  const asked = { images: ['team/api:1.4'], retry: true, dryRun: true };
  expect(rows.get(retried.body.runId ?? '')).toMatchObject({
    ...asked,
    startedBy: 'function key default',
  });
  expect(rows.get(real.body.runId ?? '')).toMatchObject({ dryRun: true });
});
