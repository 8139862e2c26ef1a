import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { testedProgram } from '../real-host/tested-program.ts';
import { createHostLab, type HostFixture, type HostLab } from './host-fixture.ts';
import { setSchedule } from './set-schedule.ts';

/*
 * The part of the contract of a Functions host that waits for a lease: 600 s for a message, 60 s for a timer
 * in the real host. `npm run test:long` runs it there.
 */
const LIMIT_MS = testedProgram() === undefined ? 20_000 : 1_500_000;

let lab: HostLab;
let fixture: HostFixture;

beforeAll(async () => {
  lab = await createHostLab();
});
afterEach(() => fixture?.close());
afterAll(() => lab.close());

function soon(holds: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(holds, { timeout: LIMIT_MS, interval: 100 });
}

it(
  'leaves a message of a killed instance invisible until its lease ends',
  async () => {
    fixture = await lab.start({ leaseSeconds: 2 });
    const tag = randomUUID();
    await fixture.send({ do: 'hang-once', tag });
    await soon(() => expect(fixture.tagged(tag).said).toHaveLength(1));

    await fixture.host.kill();
    const visible = await fixture.peek();
    await fixture.host.restart();
    await soon(() => expect(fixture.tagged(tag).said).toHaveLength(2));

    expect(visible).toEqual([]);
    expect(fixture.tagged(tag).said[1]?.dequeueCount).toBe(2);
  },
  LIMIT_MS,
);

it(
  'fires no timer of a killed instance until its lease ends, and then past due',
  async () => {
    const hostId = randomBytes(8).toString('hex');
    fixture = await lab.start({ hostId, timerLeaseSeconds: 10 });
    const [last, next] = ['2026-11-23T02:00:00+00:00', '2026-11-24T02:00:00+00:00'];

    await fixture.host.kill();
    await setSchedule({ ...lab, hostId, functionName: 'daily', last, next });
    await fixture.host.restart();
    const tag = randomUUID();
    await fixture.send({ tag });
    await soon(() => expect(fixture.tagged(tag).ends).toHaveLength(1));
    const whileLeased = fixture.said('daily').length;
    await soon(() => expect(fixture.said('daily')).toHaveLength(1));

    expect(whileLeased).toBe(0);
    expect(fixture.said('daily')[0]?.timer).toMatchObject({ isPastDue: true });
  },
  LIMIT_MS,
);

it(
  'tries a poison function that fails at the end of each lease, however often',
  async () => {
    fixture = await lab.start({ leaseSeconds: 1 });
    await fixture.send({ do: 'throw', failsAsPoison: true });

    const tries = testedProgram() === undefined ? 5 : 2;
    await soon(() => expect(fixture.said('workPoison').length).toBeGreaterThanOrEqual(tries));

    const counts = fixture.said('workPoison').map(({ dequeueCount }) => dequeueCount);
    expect(counts.slice(0, tries)).toEqual(Array.from({ length: tries }, (_, at) => at + 1));
  },
  LIMIT_MS,
);
