import { describe, expect, it } from 'vitest';
import { runIdOf } from '../../../../lib/pipeline/records/run-id.ts';
import { TimerWatch, type WatchedTimers } from '../../../../lib/pipeline/upkeep/timer-watch.ts';
import { StorageError } from '../../../../lib/storage/storage-error.ts';
import { TABLES } from '../../../../lib/storage/tables.ts';
import { UnitWorld } from '../unit-world.ts';

/** The clock of a `UnitWorld` shows this time. */
const NOW = new Date('2026-11-23T02:00:00Z');
const minutesAgo = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);

/** A timer with one occurrence. */
const onceAt = (occurrence: Date) => (notAfter: Date) =>
  occurrence <= notAfter ? occurrence : undefined;
const NEVER = () => undefined;

async function look(
  timers: Partial<WatchedTimers>,
  before: (world: UnitWorld) => Promise<unknown> | undefined = () => undefined,
) {
  const world = new UnitWorld();
  await before(world);
  const watch = new TimerWatch({ reaper: NEVER, runs: undefined, ...timers });
  await watch.look(world.services);
  const missed = world.log.filter(({ message }) => message === 'timer missed');
  return { world, watch, missed: missed.map(({ fields }) => fields?.timer) };
}

describe('the reaper', () => {
  const started = (minutes: number) => (world: UnitWorld) =>
    world.services.timers.startReaper({ since: new Date(0), now: minutesAgo(minutes) });

  it.each([
    ['it has not started since an occurrence of more than five minutes ago', 6, 20, true],
    ['it never started, and this is the first look at it', 6, undefined, false],
    ['it started for this occurrence', 6, 6, false],
    ['it may still be on time', 4, 20, false],
  ])('is enqueued if %s: due %d minutes ago, started %s', async (_, due, before, isRun) => {
    const { watch, world } = await look(
      { reaper: onceAt(minutesAgo(due)) },
      before === undefined ? undefined : started(before),
    );

    const hint = { reapDue: minutesAgo(due).toISOString() };
    expect(world.queues.pending().map(({ body }) => body)).toEqual(isRun ? [hint] : []);
    const last = before === undefined ? undefined : minutesAgo(before);
    expect(watch.reaperStartedAt).toEqual(last);
    expect(await world.services.timers.reaperStartedAt()).toEqual(last);
  });

  it('is enqueued if it never started, also for an occurrence after the first look', async () => {
    const { world } = await look({ reaper: onceAt(minutesAgo(6)) }, (before) =>
      before.services.timers.reaperAwaitedSince(minutesAgo(7)),
    );

    expect(world.queues.pending()).toHaveLength(1);
  });

  it('does none of its work in the invocation that looks', async () => {
    const { world } = await look({ reaper: onceAt(minutesAgo(6)) }, async (before) => {
      await started(20)(before);
      before.services.groups.list = () => expect.fail('the look reaps groups');
    });

    expect(world.log.filter(({ level }) => level === 'error')).toEqual([]);
  });
});

describe('a scheduled run', () => {
  const runs = (due: Date) => ({ schedule: '0 0 2 * * *', last: onceAt(due) });
  const since = (minutes: number) => (world: UnitWorld) =>
    world.services.timers.scheduleSince('0 0 2 * * *', minutesAgo(minutes));
  const started = (world: UnitWorld) => world.tables.all(TABLES.runs).length;

  it('is started for an occurrence that has no run', async () => {
    const due = minutesAgo(6);

    const { world, missed } = await look({ runs: runs(due) }, since(60));

    expect(missed).toEqual(['scheduledRun']);
    const run = await world.services.runs.find(runIdOf(due, 'schedule'));
    expect(run).toMatchObject({ trigger: 'schedule', startedBy: 'schedule' });
  });

  it('is started once for an occurrence', async () => {
    const due = minutesAgo(6);
    const { world } = await look({ runs: runs(due) }, since(60));

    await new TimerWatch({ reaper: NEVER, runs: runs(due) }).look(world.services);

    expect(started(world)).toBe(1);
  });

  it.each([
    ['the timer may still be on time', 4, 60],
    ['the schedule is newer than the occurrence', 6, 5],
    ['the schedule is in force since the occurrence itself', 6, 6],
    ['the occurrence was more than a week ago', 7 * 24 * 60 + 1, 30 * 24 * 60],
  ])('is not started if %s', async (_, due, inForce) => {
    const { world } = await look({ runs: runs(minutesAgo(due)) }, since(inForce));

    expect(started(world)).toBe(0);
  });

  it('is not started for an occurrence of a schedule that is new', async () => {
    const { world } = await look({ runs: runs(minutesAgo(6)) });

    expect(started(world)).toBe(0);
    const kept = await world.services.timers.scheduleSince('0 0 2 * * *', minutesAgo(-1));
    expect(kept).toEqual(NOW);
  });

  it('is not started if a setting disables its timer', async () => {
    const { world } = await look({ runs: undefined });

    expect(started(world)).toBe(0);
  });

  it('is started even if the reaper fails', async () => {
    const { world } = await look(
      { reaper: onceAt(minutesAgo(6)), runs: runs(minutesAgo(6)) },
      async (broken) => {
        await since(60)(broken);
        broken.services.timers.reaperStartedAt = async () => {
          throw new StorageError('denied', 'storage refuses the app');
        };
      },
    );

    expect(started(world)).toBe(1);
    expect(world.log).toContainEqual(
      expect.objectContaining({
        message: 'could not check overdue timers',
        fields: { detail: expect.stringContaining('storage refuses the app') },
      }),
    );
  });
});

it('looks at most once a minute', async () => {
  const world = new UnitWorld();
  let looks = 0;
  const watch = new TimerWatch({
    reaper: () => {
      looks += 1;
      return undefined;
    },
    runs: undefined,
  });

  for (const seconds of [0, 59, 1, 59, 1]) {
    world.clock.advance({ seconds });
    await watch.look(world.services);
  }

  expect(looks).toBe(3);
});
