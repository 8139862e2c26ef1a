import { randomBytes } from 'node:crypto';
import { QueueClient } from '@azure/storage-queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createApp } from '../../lib/app.ts';
import type { Run } from '../../lib/pipeline/records/run.ts';
import { runIdOf } from '../../lib/pipeline/records/run-id.ts';
import { startRun } from '../../lib/pipeline/run/start-run.ts';
import { lastOccurrence } from '../../lib/settings/occurrences.ts';
import { Schedule } from '../../lib/settings/schedule.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { RecordingLog } from '../fakes/recording-log.ts';
import type { FunctionsHost } from './functions-host/functions-host.ts';
import type { HostLog } from './functions-host/host-log.ts';
import { setSchedule } from './functions-host/set-schedule.ts';
import { waitFor } from './seed/job-world.ts';
import { type RunTables, readRunTables } from './seed/run-tables.ts';
import { startWorld, type World } from './world.ts';

/*
 * The built app with faulty settings, and after they were corrected: in between a message came, and a run was due.
 */
const DAY_MS = 24 * 3_600_000;
const FAULTY = {
  PATCHWRIGHT_REGISTRY: '',
  PATCHWRIGHT_LOCATION: 'West Europe',
  PATCHWRIGHT_DRYRUN: 'true',
  // The real host disables the reaper alone for it.
  PATCHWRIGHT_REAP_SCHEDULE: '0 */5 * * * *\t',
};
const FAULTS = [
  'PATCHWRIGHT_DRYRUN is not a setting of Patchwright: correct its spelling, or remove it',
  'PATCHWRIGHT_REGISTRY is missing',
  'PATCHWRIGHT_LOCATION: must be a region such as westeurope',
  expect.stringMatching(/^PATCHWRIGHT_REAP_SCHEDULE: .*only blanks may separate fields/),
];
/** No occurrence of these schedules comes during the test. */
const NEVER = '0 0 0 29 2 *';
const DAILY = dailySchedule({ hoursFromNow: 12 });
const OTHER_DAILY = dailySchedule({ hoursFromNow: 11 });

let world: World;
let tables: RunTables;
let queue: QueueClient;
let host: FunctionsHost;
/** Its row is there, and its message waits. */
let waiting: Run;
let messageId: string;
const hostId = randomBytes(8).toString('hex');
const logs: HostLog[] = [];

beforeAll(async () => {
  world = await startWorld();
  const { connectionString } = world.storage.account;
  tables = readRunTables(world.storage);
  queue = new QueueClient(connectionString, QUEUES.runs);
  await missedRun(hostId, DAILY);
  const environment = world.appEnvironment({ AzureWebJobsStorage: connectionString });
  const { services } = createApp(environment, { identity: 'app' });
  const due = new Date('2026-11-22T13:00:00Z');
  const runId = await startRun(
    { ...services, log: new RecordingLog() },
    { trigger: 'manual', due },
  );
  const { peekedMessageItems } = await queue.peekMessages();
  messageId = peekedMessageItems[0]?.messageId ?? '';
  waiting = await tables.run(runId);
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
    const answers = [await post('runs'), await post(`runs/${waiting.id}/cancel`)];
    const strange = await fetch(`${host.url}/api/runs`, { method: 'POST' });

    for (const answer of answers) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({
        detail: expect.stringContaining('GET /api/doctor'),
      });
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
    expect(await tables.runs()).toEqual([waiting]);
  });

  it('leaves messages where they are', async () => {
    const names = host.functions.map(({ name }) => name);
    const { approximateMessagesCount } = await queue.getProperties();
    const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });

    expect(names).not.toContain('runTick');
    expect(names).not.toContain('jobStep');
    expect(approximateMessagesCount).toBe(1);
    expect(peekedMessageItems).toMatchObject([{ messageId, dequeueCount: 0 }]);
    expect(await tables.run(waiting.id)).toEqual(waiting);
  });
});

it('does what waited once the settings are right: the message, and one run for what was missed', async () => {
  await host.close();
  host = await world.startApp({
    hostId,
    // Without the reaper, only the message can move its run on.
    settings: { PATCHWRIGHT_SCHEDULE: DAILY, PATCHWRIGHT_REAP_SCHEDULE: NEVER },
  });

  const moved = await waitFor('the run of the message', async () => {
    const run = await tables.run(waiting.id);
    return run.tickedAt === undefined ? undefined : run;
  });
  const missed = await waitFor('the missed run', () => scheduledRun(DAILY));
  await waitFor('the end of the message', async () => {
    const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
    return peekedMessageItems.every((one) => one.messageId !== messageId) || undefined;
  });
  const health = await fetch(`${host.url}/api/health`);

  expect(moved).not.toEqual(waiting);
  expect(missed.trigger).toBe('schedule');
  expect((await tables.runs()).map(({ id }) => id)).toEqual([missed.id, waiting.id]);
  expect(await health.json()).toMatchObject({
    status: 'ok',
    nextRun: new Date(lastTimeOf(DAILY) + DAY_MS).toISOString(),
  });
}, 120_000);

describe('with a faulty schedule the app', () => {
  const id = randomBytes(8).toString('hex');
  const faulty: HostLog[] = [];

  beforeAll(async () => {
    await host.close();
    await missedRun(id, OTHER_DAILY);
    host = await world.startApp({
      hostId: id,
      settings: { PATCHWRIGHT_SCHEDULE: `${OTHER_DAILY}\t`, PATCHWRIGHT_REAP_SCHEDULE: NEVER },
      onLog: (log) => faulty.push(log),
    });
  }, 120_000);

  it('says so, although the host disables the timer alone', async () => {
    const health = await fetch(`${host.url}/api/health`);
    const doctor = await (await get('doctor')).text();

    const errors = faulty.filter(({ level }) => level === 'error').map(({ message }) => message);
    const fault = /PATCHWRIGHT_SCHEDULE: .*only blanks may separate fields/;
    expect(health.status).toBe(503);
    expect(doctor).toMatch(fault);
    expect(errors).toContainEqual(expect.stringMatching(/'scheduledRun' function is in error/));
    expect(errors).toContainEqual(expect.stringMatching(fault));
  });

  it('logs it when another timer fires', async () => {
    await host.fire('reaper');

    const fired = faulty.filter(({ functionName }) => functionName === 'reaper');
    expect(fired.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/nothing was done: the settings are faulty .*PATCHWRIGHT_SCHEDULE/),
    );
  });

  it('starts the missed run once the schedule is the one that it had before', async () => {
    expect(await scheduledRun(OTHER_DAILY)).toBeUndefined();
    await host.close();
    host = await world.startApp({
      hostId: id,
      settings: { PATCHWRIGHT_SCHEDULE: OTHER_DAILY, PATCHWRIGHT_REAP_SCHEDULE: NEVER },
    });

    const missed = await waitFor('the missed run', () => scheduledRun(OTHER_DAILY));

    expect(missed.trigger).toBe('schedule');
  }, 120_000);
});

/** Writes the host's record of a daily timer that missed its last three occurrences. */
async function missedRun(id: string, schedule: string): Promise<void> {
  const time = (days: number) =>
    `${new Date(lastTimeOf(schedule) - days * DAY_MS).toISOString().slice(0, 19)}+00:00`;
  await setSchedule({
    connectionString: world.storage.account.connectionString,
    hostId: id,
    functionName: 'scheduledRun',
    last: time(3),
    next: time(2),
  });
}

/** The run of the last occurrence of this schedule. */
async function scheduledRun(schedule: string): Promise<Run | undefined> {
  const id = runIdOf(new Date(lastTimeOf(schedule)), 'schedule');
  return (await tables.runs()).find((run) => run.id === id);
}

function dailySchedule({ hoursFromNow }: { readonly hoursFromNow: number }): string {
  return `0 0 ${(new Date().getUTCHours() + hoursFromNow) % 24} * * *`;
}

function lastTimeOf(schedule: string): number {
  return lastOccurrence(Schedule.parse(schedule), new Date())?.getTime() ?? Number.NaN;
}

function get(path: string): Promise<Response> {
  return fetch(`${host.url}/api/${path}`, { headers: { 'x-functions-key': host.keys.function } });
}

function post(path: string): Promise<Response> {
  return fetch(`${host.url}/api/${path}`, {
    method: 'POST',
    headers: { 'x-functions-key': host.keys.function },
  });
}
