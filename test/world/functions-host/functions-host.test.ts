import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createHostLab, type HostFixture, type HostLab } from './host-fixture.ts';

let lab: HostLab;

beforeAll(async () => {
  lab = await createHostLab();
});
afterAll(() => lab.close());

describe('the Functions host', () => {
  let fixture: HostFixture;

  afterEach(() => fixture.close());

  it('learns the functions from their registrations and runs the start hooks', async () => {
    fixture = await lab.start();

    const names = fixture.host.functions.map((one) => `${one.kind} ${one.name}`);

    expect(names.sort()).toEqual([
      'http broken',
      'http greet',
      'http health',
      'queue work',
      'queue workPoison',
      'timer daily',
      'timer everySecond',
    ]);
    expect(fixture.logs.map((log) => log.message)).toContain('the app has started');
  });

  it('leaves a function out that a setting disables', async () => {
    fixture = await lab.start({ settings: { 'AzureWebJobs.work.Disabled': 'true' } });

    const names = fixture.host.functions.map((one) => one.name);

    expect(names).not.toContain('work');
    expect(names).toContain('workPoison');
  });

  it('invokes a timer when it is due, with the occurrence that it is for', async () => {
    fixture = await lab.start({ settings: { TICK_SCHEDULE: '*/1 * * * * *' } });

    await soon(() => expect(fixture.said('everySecond').length).toBeGreaterThan(1));

    // Occurrences less than a minute apart are not kept in a schedule status.
    expect(fixture.said('everySecond')[0]?.timer).toEqual({
      isPastDue: false,
      scheduleStatus: null,
    });
  });

  it('fires a timer by hand, with its next occurrence in the schedule status', async () => {
    fixture = await lab.start();

    await fixture.host.fire('daily');

    const [said] = fixture.said('daily');
    expect(said?.timer?.isPastDue).toBe(false);
    expect(said?.timer?.scheduleStatus?.last).toBe('0001-01-01T00:00:00');
    expect(said?.timer?.scheduleStatus?.next).toMatch(/T02:00:00\.000\+00:00$/);
  });

  it('tries a timer again as its retry policy says, and then reports the failure', async () => {
    fixture = await lab.start({ settings: { DAILY_FAILS: 'true' } });

    await expect(fixture.host.fire('daily')).rejects.toThrow('the daily work failed');

    expect(fixture.said('daily').map((one) => one.attempt)).toEqual([0, 1, 2]);
  });

  it('hands a queue message to its function as JSON, once, and sends what it returns', async () => {
    fixture = await lab.start();

    await fixture.send({ do: 'answer' });
    await soon(async () => expect(await fixture.peek('-answers')).toHaveLength(2));

    expect(fixture.said('work')).toMatchObject([{ message: { do: 'answer' }, dequeueCount: 1 }]);
    expect(await fixture.peek('-answers')).toEqual(['one', '{"two":2}']);
    expect(await fixture.peek()).toEqual([]);
  });

  it('moves a message to the poison queue after as many failures as host.json allows', async () => {
    fixture = await lab.start();

    await fixture.send({ do: 'throw' });
    await soon(() => expect(fixture.said('workPoison')).toHaveLength(1));

    expect(fixture.said('work').map((one) => one.dequeueCount)).toEqual([1, 2, 3]);
    expect(fixture.said('workPoison')[0]?.poison).toEqual({ do: 'throw' });
    expect(fixture.ends.filter((end) => end.error === 'the work failed')).toHaveLength(3);
  });

  it('counts a thrown text as a failure', async () => {
    fixture = await lab.start();

    await fixture.send({ do: 'throw-text' });

    await soon(() => expect(fixture.ends[0]?.error).toBe('just a text'));
  });

  it('moves a message that is not base64 to the poison queue without an invocation', async () => {
    fixture = await lab.start({ settings: { 'AzureWebJobs.workPoison.Disabled': 'true' } });

    await fixture.send('{"not":"base64"}', { encode: false });
    await soon(async () => expect(await fixture.peek('-poison')).toHaveLength(1));

    expect(fixture.said('work')).toEqual([]);
  });

  it('starts the app again when it ends by itself, and gives its message another try', async () => {
    fixture = await lab.start();

    await fixture.send({ do: 'exit' });
    await soon(() => expect(fixture.said('workPoison')).toHaveLength(1));

    expect(fixture.said('work').map((one) => one.dequeueCount)).toEqual([1, 2, 3]);
  });

  it('fails a function past the time limit, and goes on in a new process', async () => {
    fixture = await lab.start();

    await fixture.send({ do: 'hang-once' });
    await soon(() => expect(fixture.ends).toHaveLength(2));

    expect(fixture.ends[0]?.error).toMatch(/^Timeout value of 2000 ms was exceeded/);
    expect(fixture.ends[1]?.error).toBeUndefined();
  });

  it('leaves a message of a killed instance invisible until its lease ends', async () => {
    fixture = await lab.start({ leaseSeconds: 2 });
    await fixture.send({ do: 'hang-once' });
    await soon(() => expect(fixture.said('work')).toHaveLength(1));

    await fixture.host.kill();
    const visible = await fixture.peek();
    await fixture.host.restart();
    await soon(() => expect(fixture.said('work')).toHaveLength(2));

    expect(visible).toEqual([]);
    expect(fixture.said('work')[1]?.dequeueCount).toBe(2);
  });

  it('routes HTTP requests by method, route and key', async () => {
    fixture = await lab.start();
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

  it('invokes functions through the admin endpoint with the master key alone', async () => {
    fixture = await lab.start();
    const admin = (name: string, key: string, body: string) =>
      fetch(`${fixture.host.url}/admin/functions/${name}`, {
        method: 'POST',
        headers: { 'x-functions-key': key, 'content-type': 'application/json' },
        body,
      });
    const { master, function: functionKey } = fixture.host.keys;

    const statuses = [
      (await admin('daily', master, '{"input":""}')).status,
      (await admin('daily', functionKey, '{"input":""}')).status,
      (await admin('daily', master, 'null')).status,
      (await admin('nobody', master, '{}')).status,
    ];
    await soon(() => expect(fixture.said('daily')).toHaveLength(1));

    expect(statuses).toEqual([202, 401, 400, 404]);
  });

  function soon(holds: () => void | Promise<void>): Promise<void> {
    return vi.waitFor(holds, { timeout: 20_000, interval: 50 });
  }
});

describe('an app that can not be driven', () => {
  it('ends the start of the host with the reason', async () => {
    const started = lab.start({ settings: { TICK_SCHEDULE: '%ABSENT%' } });

    await expect(started).rejects.toThrow("'%ABSENT%' is not an NCRONTAB expression");
  });
});
