import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readNcrontab } from '../../../lib/settings/ncrontab.ts';
import { createHostLab, type HostFixture, type HostLab } from './host-fixture.ts';
import { setSchedule } from './set-schedule.ts';

/*
 * The contract of a Functions host. `npm test` holds the stand-in to it, `npm run test:host` the real host:
 * where they differ, the real one is right. What waits for its fixed times is in leases.test.ts.
 */
const SOON_MS = 50_000;
const YEAR_ONE = '0001-01-01T00:00:00+00:00';
const LARGEST_STEP = '0 0 0/2147483647 1/2147483647 * *';
const OVERFLOWING_STEP = '0 0 1/2147483647 * * *';
const WEEK_MS = 7 * 24 * 3_600_000;

let lab: HostLab;

beforeAll(async () => {
  lab = await createHostLab();
});
afterAll(() => lab.close());

function soon(holds: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(holds, { timeout: SOON_MS, interval: 50 });
}

describe('the Functions host', () => {
  let fixture: HostFixture;

  beforeAll(async () => {
    const hostId = randomBytes(8).toString('hex');
    // Of a schedule that the timer had before.
    await setSchedule({
      ...lab,
      hostId,
      functionName: 'daily',
      last: '2026-11-23T03:00:00+00:00',
      next: '2026-11-24T03:00:00+00:00',
    });
    fixture = await lab.start({
      hostId,
      settings: {
        TICK_SCHEDULE: '*/1 * * * * *',
        WRONG_SCHEDULE: '0 0 2 L * *',
        EMPTY_SETTING: '',
        LARGEST_STEP,
        OVERFLOWING_STEP,
        DAILY_FAILS: 'true',
        'AzureWebJobs.disabledByDot.Disabled': '1',
        AzureWebJobs_disabledByUnderscore_Disabled: 'True',
        'AzureWebJobs.workPoison.Disabled': 'true',
      },
    });
  }, 120_000);
  afterAll(() => fixture?.close());

  it('learns the functions from their registrations, without those that a setting disables', () => {
    const names = fixture.host.functions.map((one) => `${one.kind} ${one.name}`);

    expect(names.sort()).toEqual([
      'http broken',
      'http cookies',
      'http greet',
      'http health',
      'queue work',
      'timer absentSetting',
      'timer daily',
      'timer emptySetting',
      'timer everySecond',
      'timer largestStep',
      'timer overflowingStep',
      'timer wrongSchedule',
    ]);
  });

  it.each([
    ['wrongSchedule', /'0 0 2 L \* \*' was not recognized as a valid cron expression/],
    ['absentSetting', /'%ABSENT_SETTING%' does not resolve to a value/],
    ['emptySetting', /'' was not recognized as a valid cron expression/],
    ['overflowingStep', /Error indexing method 'Functions.overflowingStep'/],
  ])('runs every function but the one that is in error: %s', async (name, why) => {
    const health = await fetch(`${fixture.host.url}/api/health`);

    const errors = fixture.logs.filter(({ level }) => level === 'error');
    const told = errors.filter(({ message }) =>
      message.startsWith(`The '${name}' function is in error: `),
    );
    expect(told.map(({ message }) => message)).toEqual([expect.stringMatching(why)]);
    expect(health.status).toBe(200);
  });

  it('accepts the largest step that its reader can count, and no larger one', async () => {
    const errors = fixture.logs.filter(({ message }) => message.includes('function is in error'));

    expect(errors.map(({ message }) => /'(\w+)'/.exec(message)?.[1]).sort()).toEqual([
      'absentSetting',
      'emptySetting',
      'overflowingStep',
      'wrongSchedule',
    ]);
    expect([readNcrontab(LARGEST_STEP).ok, readNcrontab(OVERFLOWING_STEP).ok]).toEqual([
      true,
      false,
    ]);
  });

  it('runs the start hooks, and drops what they print below the level of host.json', () => {
    const printed = fixture.logs.filter(({ category }) => category === 'console');

    expect(printed.map(({ message }) => message)).toEqual(['warning: the app has started']);
  });

  it('invokes a timer when it is due, without a status if it is due more than once a minute', async () => {
    await soon(() => expect(fixture.said('everySecond').length).toBeGreaterThan(1));

    expect(fixture.said('everySecond')[0]?.timer).toEqual({
      isPastDue: false,
      scheduleStatus: null,
    });
  });

  it('fires a timer by hand with its next occurrence, and tries again as its retry policy says', async () => {
    await expect(fixture.host.fire('daily')).rejects.toThrow('the daily work failed');
    await soon(() => expect(fixture.said('daily')).toHaveLength(3));

    const tries = fixture.said('daily');
    expect(tries.map(({ retryCount, maxRetryCount }) => [retryCount, maxRetryCount])).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
    const next = expect.stringMatching(/^\d{4}-\d\d-\d\dT02:00:00\+00:00$/);
    for (const { timer } of tries) {
      // A changed schedule: neither past due, nor with the times of the other schedule.
      expect(timer).toEqual({ isPastDue: false, scheduleStatus: { last: YEAR_ONE, next } });
      expect(Date.parse(timer?.scheduleStatus?.next ?? '')).toBeGreaterThan(Date.now());
    }
  });

  it('hands a queue message to its function as JSON, once, and sends what it returns', async () => {
    const tag = randomUUID();
    await fixture.send({ do: 'answer', tag });
    await soon(async () => expect(await fixture.peek('-answers')).toHaveLength(2));

    const answers = await fixture.peek('-answers');
    expect(fixture.tagged(tag).said).toMatchObject([{ dequeueCount: 1 }]);
    expect(answers.map(decoded).sort()).toEqual(['one', '{\n  "two": 2\n}']);
    expect(await fixture.peek()).toEqual([]);
  });

  it('tells a queue function the fields of its message beside those of the queue', async () => {
    const tag = randomUUID();
    await fixture.send({ tag });
    await soon(() => expect(fixture.tagged(tag).said).toHaveLength(1));

    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    expect(fixture.tagged(tag).said[0]?.metadata).toMatchObject({
      tag,
      queueTrigger: { tag },
      insertionTime: time,
      expirationTime: time,
      nextVisibleTime: time,
    });
  });

  it('moves a message to the poison queue after as many failures as host.json allows, for a week', async () => {
    const tag = randomUUID();
    await fixture.send({ do: 'throw', tag });
    await soon(async () => expect(await poisonOf(fixture, tag)).toHaveLength(1));

    const { said, ends } = fixture.tagged(tag);
    const [poison] = await poisonOf(fixture, tag);
    expect(said.map((one) => one.dequeueCount)).toEqual([1, 2, 3]);
    expect(ends.map((end) => end.error)).toEqual(Array(3).fill('the work failed'));
    const life = (poison?.expiresOn?.getTime() ?? 0) - (poison?.insertedOn?.getTime() ?? 0);
    expect(life).toBe(WEEK_MS);
  });

  it('takes a thrown text for a failure, and a thrown nothing for success', async () => {
    const [text, nothing] = [randomUUID(), randomUUID()];
    await fixture.send({ do: 'throw-text', tag: text });
    await fixture.send({ do: 'throw-nothing', tag: nothing });

    await soon(() => expect(fixture.tagged(text).ends[0]?.error).toBe('just a text'));
    await soon(() => expect(fixture.tagged(nothing).ends).toMatchObject([{ error: undefined }]));
  });

  it.each([
    ['not base64', '{"not":"base64"}', 'not'],
    ['base64 without its padding', Buffer.from('{"bare":1}').toString('base64url'), 'bare'],
  ])('moves a message that is %s to the poison queue without an invocation', async (...row) => {
    const [, text, field] = row;
    await fixture.sendText(text);

    await soon(async () => expect(await poisonTexts(fixture)).toContain(text));
    expect(fixture.said('work').filter(({ message }) => has(message, field))).toEqual([]);
  });

  it.each(['//5BgA==', 'abcd'])(
    'moves a message that is not UTF-8 to the poison queue, and no function sees it: %s',
    async (text) => {
      await fixture.sendText(text);

      await soon(async () => expect(await poisonTexts(fixture)).toContain(text));
      expect(fixture.said('work').filter(({ message }) => typeof message === 'string')).toEqual([]);
    },
  );

  it('passes over white space in base64', async () => {
    const tag = randomUUID();
    const text = Buffer.from(JSON.stringify({ tag })).toString('base64');
    await fixture.sendText(`${text.slice(0, 10)}\n${text.slice(10)} `);

    await soon(() => expect(fixture.tagged(tag).said).toHaveLength(1));
  });

  it('ignores bits of the last base64 digit that no byte uses', async () => {
    const tag = randomUUID();
    const text = Buffer.from(JSON.stringify({ tag })).toString('base64');
    expect(text).toMatch(/fQ==$/);
    await fixture.sendText(text.replace(/fQ==$/, 'fR=='));

    await soon(() => expect(fixture.tagged(tag).said).toHaveLength(1));
  });

  it('routes HTTP requests by method, route and key', async () => {
    const { url, keys } = fixture.host;
    const greet = `${url}/api/people/Ann?greeting=Hello`;
    const key = { 'x-functions-key': keys.function };

    const health = await fetch(`${url}/api/health`);
    const greeted = await fetch(greet, { method: 'POST', headers: key, body: 'welcome' });
    const statuses = await Promise.all([
      fetch(greet, { method: 'POST' }),
      fetch(greet, { method: 'GET', headers: key }),
      fetch(`${url}/health`),
      fetch(`${url}/api/broken`),
    ]);

    expect(await health.json()).toEqual({ ok: true });
    expect(greeted.status).toBe(201);
    expect(greeted.headers.get('location')).toBe('/people/Ann');
    expect(await greeted.text()).toBe('Hello Ann: welcome');
    expect(statuses.map((one) => one.status)).toEqual([401, 404, 404, 500]);
  });

  it.each([
    ['a%2Fb?greeting=1', '1 a%2Fb: '],
    ['a%20b?greeting=1', '1 a b: '],
    ['a%?greeting=1', '1 a%: '],
    ['a?greeting=1&greeting=2', '1,2 a: '],
  ])('gives a function the parts of its address: %s', async (path, answer) => {
    const { url, keys } = fixture.host;

    const response = await fetch(`${url}/api/people/${path}`, {
      method: 'POST',
      headers: { 'x-functions-key': keys.function },
    });

    expect(await response.text()).toBe(answer);
  });

  it('sends cookies', async () => {
    const response = await fetch(`${fixture.host.url}/api/cookies`);

    expect(response.headers.get('set-cookie')).toBe('taste=sweet; path=/');
  });

  it.each<readonly [string, string, 'master' | 'function' | 'none', string, string | undefined]>([
    ['202', 'daily', 'master', '{"input":""}', 'application/json'],
    ['202', 'DAILY', 'master', '{"input":""}', 'application/json'],
    ['202', 'health', 'master', '{"input":""}', 'application/json'],
    ['202', 'disabledByDot', 'master', '{"input":""}', 'application/json'],
    ['404', 'nobody', 'master', '{"input":""}', 'application/json'],
    ['400', 'daily', 'master', 'null', 'application/json'],
    ['415', 'daily', 'master', '{"input":""}', 'text/plain'],
    ['403', 'daily', 'function', '{"input":""}', 'application/json'],
    ['401', 'daily', 'none', '{"input":""}', 'application/json'],
  ])('answers %s at the admin endpoint of %s with the key %s, %s, %s', async (...row) => {
    const [status, name, key, body, type] = row;
    const { url, keys } = fixture.host;

    const response = await fetch(`${url}/admin/functions/${name}`, {
      method: 'POST',
      headers: {
        ...(key !== 'none' && { 'x-functions-key': keys[key] }),
        ...(type !== undefined && { 'content-type': type }),
      },
      body,
    });

    expect(response.status).toBe(Number(status));
  });
});

describe('a worker that fails', () => {
  let fixture: HostFixture | undefined;

  afterEach(() => fixture?.close());

  it('takes a try of every message in it with it, and ends the host at the third time', async () => {
    const settings = { 'AzureWebJobs.workPoison.Disabled': 'true' };
    const host = await lab.start({ settings });
    fixture = host;
    const [neighbor, culprit] = [randomUUID(), randomUUID()];
    await host.send({ do: 'hang-once', tag: neighbor });
    await soon(() => expect(host.tagged(neighbor).said).toHaveLength(1));

    await host.send({ do: 'exit', tag: culprit });
    const why = await host.host.ended;
    await host.host.restart();
    await soon(async () => expect(await poisonOf(host, culprit)).toHaveLength(1));
    await soon(() => expect(host.tagged(neighbor).said.length).toBeGreaterThan(1));

    expect(why).toContain('Exceeded language worker restart retry count');
    expect(host.tagged(culprit).said.map(({ dequeueCount }) => dequeueCount)).toEqual([1, 2, 3]);
    expect(host.tagged(neighbor).said[1]?.dequeueCount).toBe(2);
    expect(host.tagged(neighbor).ends[0]?.error).toBeDefined();
  }, 120_000);

  it('is replaced when a function passes its limit, and its neighbor fails at its own limit', async () => {
    const host = await lab.start({ functionTimeout: '00:00:04' });
    fixture = host;
    const [late, neighbor] = [randomUUID(), randomUUID()];
    await host.send({ do: 'hang-once', tag: late });
    await soon(() => expect(host.tagged(late).said).toHaveLength(1));
    await host.send({ do: 'hang-once', tag: neighbor });

    await soon(() => expect(host.tagged(late).ends).toHaveLength(2));
    await soon(() => expect(host.tagged(neighbor).ends).toHaveLength(2));

    for (const { said, ends } of [host.tagged(late), host.tagged(neighbor)]) {
      expect(said.map(({ dequeueCount }) => dequeueCount)).toEqual([1, 2]);
      expect(ends.map(({ error }) => error)).toEqual([
        'Timeout value of 00:00:04 was exceeded by function: Functions.work',
        undefined,
      ]);
    }
  }, 120_000);

  it('ends the host if a start hook throws, with its words', async () => {
    const started = lab.start({ settings: { START_FAILS: 'true' } });

    await expect(started).rejects.toThrow('the start of the app failed');
  }, 120_000);
});

describe('a timer that missed its occurrence', () => {
  let fixture: HostFixture | undefined;

  afterEach(() => fixture?.close());

  it('fires at the start, and carries its occurrence through every try', async () => {
    const hostId = randomBytes(8).toString('hex');
    const [last, next] = ['2026-11-23T02:00:00+00:00', '2026-11-24T02:00:00+00:00'];
    await setSchedule({ ...lab, hostId, functionName: 'daily', last, next });

    const host = await lab.start({ hostId, settings: { DAILY_FAILS: 'true' } });
    fixture = host;
    await soon(() => expect(host.said('daily')).toHaveLength(3));

    const timer = { isPastDue: true, scheduleStatus: { last, next } };
    expect(host.said('daily')).toMatchObject([{ timer }, { timer }, { timer }]);
  }, 120_000);
});

async function poisonTexts(fixture: HostFixture): Promise<readonly string[]> {
  return (await fixture.peek('-poison')).map(({ messageText }) => messageText);
}

function has(value: unknown, field: string): boolean {
  return typeof value === 'object' && value !== null && field in value;
}

async function poisonOf(fixture: HostFixture, tag: string) {
  return (await fixture.peek('-poison')).filter((message) => decoded(message).includes(tag));
}

function decoded({ messageText }: { readonly messageText: string }): string {
  return Buffer.from(messageText, 'base64').toString('utf8');
}
