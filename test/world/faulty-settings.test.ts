import { randomBytes } from 'node:crypto';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { QUEUES } from '../../lib/storage/queues.ts';
import type { FunctionsHost } from './functions-host/functions-host.ts';
import type { HostLog } from './functions-host/host-log.ts';
import { setSchedule } from './functions-host/set-schedule.ts';
import { waitFor } from './seed/job-world.ts';
import { type RunTables, readRunTables } from './seed/run-tables.ts';
import { startWorld, type World } from './world.ts';

/*
 * The built app with faulty settings, and after they were corrected: in between a message came, and a run was due.
 */
const FAULTY = {
  PATCHWRIGHT_REGISTRY: '',
  PATCHWRIGHT_LOCATION: 'West Europe',
  PATCHWRIGHT_DRYRUN: 'true',
  // The real host disables the reaper alone for it.
  PATCHWRIGHT_REAP_SCHEDULE: '0 */5 * * * *\t',
};
const FAULTS = [
  'PATCHWRIGHT_DRYRUN is not a setting of Patchwright',
  'PATCHWRIGHT_REGISTRY is missing',
  'PATCHWRIGHT_LOCATION: must be a region such as westeurope',
  expect.stringMatching(/^PATCHWRIGHT_REAP_SCHEDULE: .*only blanks may separate fields/),
];
const MISSED = '2026-11-24T02:00:00+00:00';
const MISSED_RUN = /^20261124T020000Z-/;
const NOBODYS_RUN = '20261123T020000Z-0000';

let world: World;
let tables: RunTables;
let queue: QueueClient;
let host: FunctionsHost;
const hostId = randomBytes(8).toString('hex');
const logs: HostLog[] = [];

beforeAll(async () => {
  world = await startWorld();
  const { connectionString } = world.storage.account;
  tables = readRunTables(world.storage);
  queue = new QueueClient(connectionString, QUEUES.runs);
  await setSchedule({
    connectionString,
    hostId,
    functionName: 'scheduledRun',
    last: '2026-11-23T02:00:00+00:00',
    next: MISSED,
  });
  const message = JSON.stringify({ runId: NOBODYS_RUN });
  await queue.sendMessage(Buffer.from(message).toString('base64'));
  host = await world.startApp({ hostId, settings: FAULTY, onLog: (log) => logs.push(log) });
}, 120_000);
afterAll(() => world?.close());

describe('with faulty settings the app', () => {
  it('answers to everybody that they are faulty, and no more', async () => {
    const health = await fetch(`${host.url}/api/health`);

    expect(health.status).toBe(503);
    expect(await health.json()).toEqual({ status: 'settings are faulty' });
  });

  it('names each fault to who has the key', async () => {
    const doctor = await get('doctor');

    const { status, checks } = z
      .object({ status: z.string(), checks: z.array(z.looseObject({ id: z.string() })) })
      .parse(await doctor.json());
    expect([doctor.status, status]).toEqual([200, 'fail']);
    const [settings] = checks.filter(({ id }) => id === 'settings');
    expect(settings?.faults).toEqual(FAULTS);
  });

  it('starts and cancels nothing', async () => {
    const answers = [await post('runs'), await post(`runs/${NOBODYS_RUN}/cancel`)];
    const strange = await fetch(`${host.url}/api/runs`, { method: 'POST' });

    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toEqual({ error: expect.stringContaining('GET /api/doctor') });
    }
    expect(strange.status).toBe(401);
  });

  it('writes each fault to the log, at its start and when a timer fires', async () => {
    await host.fire('scheduledRun');

    const lines = (category: string, level: string) =>
      logs.filter((log) => log.category === category && log.level === level);
    for (const fault of ['PATCHWRIGHT_DRYRUN', 'PATCHWRIGHT_REGISTRY', 'PATCHWRIGHT_LOCATION']) {
      const atStart = lines('console', 'error').filter(({ message }) => message.includes(fault));
      const fired = lines('user', 'error').filter(({ message }) => message.includes(fault));
      expect(atStart).toHaveLength(1);
      expect(fired.length).toBeGreaterThan(0);
    }
    expect(await tables.runs()).toEqual([]);
  });

  it('leaves messages where they are', async () => {
    const names = host.functions.map(({ name }) => name);
    const { peekedMessageItems } = await queue.peekMessages();

    expect(names).not.toContain('runTick');
    expect(names).not.toContain('jobStep');
    expect(peekedMessageItems).toMatchObject([{ dequeueCount: 0 }]);
  });
});

it('does what waited once the settings are right: the message, and one run for what was missed', async () => {
  await host.close();
  host = await world.startApp({ hostId });

  const run = await waitFor('the missed run', async () => (await tables.runs()).at(0));
  await waitFor('the end of the message', async () => {
    const { approximateMessagesCount } = await queue.getProperties();
    const runs = await tables.runs();
    return approximateMessagesCount === 0 || runs.some(({ wake }) => wake > 1) ? true : undefined;
  });
  const health = await fetch(`${host.url}/api/health`);

  expect(run.id).toMatch(MISSED_RUN);
  expect(run.trigger).toBe('schedule');
  expect(await tables.runs()).toHaveLength(1);
  expect(await health.json()).toEqual({
    status: 'ok',
    nextRun: expect.stringMatching(/T02:00:00\.000Z$/),
  });
}, 120_000);

function get(path: string): Promise<Response> {
  return fetch(`${host.url}/api/${path}`, { headers: { 'x-functions-key': host.keys.function } });
}

function post(path: string): Promise<Response> {
  return fetch(`${host.url}/api/${path}`, {
    method: 'POST',
    headers: { 'x-functions-key': host.keys.function },
  });
}
