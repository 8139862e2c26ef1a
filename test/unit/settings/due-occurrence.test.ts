import { describe, expect, it } from 'vitest';
import { runIdOf } from '../../../lib/pipeline/records/run-id.ts';
import { dueOccurrence } from '../../../lib/settings/due-occurrence.ts';
import type { Ncrontab } from '../../../lib/settings/ncrontab.ts';
import { Schedule } from '../../../lib/settings/schedule.ts';

const DAILY = '0 0 2 * * *';
const TWICE_A_MINUTE = '*/30 * * * * *';

/** Returns the occurrence for each try of a timer that fires, in order. */
function dueOf(schedule: string, next: string | undefined, ...tries: readonly string[]) {
  const read: Ncrontab = Schedule.parse(schedule);
  return tries.map((now, retryCount) =>
    dueOccurrence(read, { next, now: new Date(now), retryCount })?.toISOString(),
  );
}

interface Firing {
  readonly what: string;
  readonly schedule: string;
  readonly next: string | undefined;
  readonly tries: readonly string[];
  readonly due: string;
}

const FIRINGS: readonly Firing[] = [
  {
    what: 'on time',
    schedule: DAILY,
    next: '2026-11-23T02:00:00+00:00',
    tries: ['2026-11-23T02:00:00.100Z', '2026-11-23T02:00:31Z', '2026-11-23T02:01:32Z'],
    due: '2026-11-23T02:00:00.000Z',
  },
  {
    what: 'some milliseconds early, across a minute and a day',
    schedule: '0 0 0 * * *',
    next: '2026-11-23T00:00:00+00:00',
    tries: ['2026-11-22T23:59:59.996Z', '2026-11-23T00:00:30Z', '2026-11-23T00:01:31Z'],
    due: '2026-11-23T00:00:00.000Z',
  },
  {
    what: 'a second time for the same occurrence after it fired early',
    schedule: DAILY,
    next: '2026-11-23T02:00:00+00:00',
    tries: ['2026-11-23T01:59:59.999Z', '2026-11-23T02:00:00.000Z'],
    due: '2026-11-23T02:00:00.000Z',
  },
  {
    what: 'after one missed occurrence',
    schedule: DAILY,
    next: '2026-11-23T02:00:00+00:00',
    tries: ['2026-11-23T14:30:40Z', '2026-11-23T14:31:10Z', '2026-11-23T14:32:10Z'],
    due: '2026-11-23T02:00:00.000Z',
  },
  {
    what: 'after a week without the app, with an old record',
    schedule: DAILY,
    next: '2026-11-23T02:00:00+00:00',
    tries: ['2026-11-30T14:22:37.500Z', '2026-11-30T14:23:08Z', '2026-11-30T14:24:09Z'],
    due: '2026-11-30T02:00:00.000Z',
  },
  {
    what: 'on time by a host that counts in another time zone',
    schedule: DAILY,
    next: '2026-11-23T02:00:00+01:00',
    tries: ['2026-11-23T01:00:00.100Z', '2026-11-23T01:00:31Z'],
    due: '2026-11-23T01:00:00.000Z',
  },
  {
    what: 'early and without a record, as with several occurrences a minute',
    schedule: TWICE_A_MINUTE,
    next: undefined,
    tries: ['2026-11-23T01:59:59.996Z', '2026-11-23T02:00:00.100Z', '2026-11-23T02:00:28Z'],
    due: '2026-11-23T02:00:00.000Z',
  },
];

describe('a timer starts one run for one occurrence if it fires', () => {
  it.each(FIRINGS)('$what', ({ schedule, next, tries, due }) => {
    const found = dueOf(schedule, next, ...tries);

    expect(found).toEqual(tries.map(() => due));
    const ids = found.map((time) => runIdOf(new Date(time ?? ''), 'schedule'));
    expect(new Set(ids).size).toBe(1);
  });

  it('late, and its retry starts the run of the next occurrence', () => {
    const late = dueOf(
      DAILY,
      '2026-11-23T02:00:00Z',
      '2026-11-24T01:59:40Z',
      '2026-11-24T02:00:10Z',
    );
    const onTime = dueOf(DAILY, '2026-11-24T02:00:00Z', '2026-11-24T02:00:45Z');

    expect(late).toEqual(['2026-11-23T02:00:00.000Z', '2026-11-24T02:00:00.000Z']);
    expect(onTime).toEqual(late.slice(1));
  });
});

describe('a timer that is fired by hand', () => {
  it.each([
    ['long before its next occurrence', '2026-11-24T02:00:00+00:00'],
    ['a minute before it', '2026-11-23T14:23:38+00:00'],
    ['without a record', undefined],
  ])('starts a run of the current minute %s', (_, next) => {
    expect(dueOf(DAILY, next, '2026-11-23T14:22:37.500Z')).toEqual(['2026-11-23T14:22:00.000Z']);
  });

  it('is not retried, because another minute would start another run', () => {
    const tries = ['2026-11-23T14:22:37Z', '2026-11-23T14:23:08Z', '2026-11-23T14:24:09Z'];

    expect(dueOf(DAILY, '2026-11-24T02:00:00+00:00', ...tries)).toEqual([
      '2026-11-23T14:22:00.000Z',
      undefined,
      undefined,
    ]);
  });

  it('starts the run of an occurrence that is due when it retries', () => {
    const tries = ['2026-11-24T01:59:50Z', '2026-11-24T02:00:20Z'];

    expect(dueOf(DAILY, '2026-11-24T02:00:00+00:00', ...tries)).toEqual([
      '2026-11-24T01:59:00.000Z',
      '2026-11-24T02:00:00.000Z',
    ]);
  });
});
