import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { planTick } from '../../../../lib/pipeline/run/plan-tick.ts';
import { usedHours } from '../../../../lib/pipeline/run/repository-limit.ts';
import { job, now, options, target } from './run-samples.ts';

const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3600 * 1000);

const evil = target('evil', 'v1', { state: 'patching' });
const other = target('evil', 'v2', { state: 'patching' });
const good = target('team', 'v1', { state: 'patching' });

/** A patch job that ran for two hours. */
const ran = (change: Partial<Job> = {}) =>
  job('ran', {
    kind: 'patch',
    state: 'lost',
    attempt: 1,
    targets: [evil.id],
    launchedAt: hoursAgo(3),
    finishedAt: hoursAgo(1),
    ...change,
  });

function plan(
  targets: readonly (typeof evil)[],
  jobs: readonly ReturnType<typeof job>[],
  repositoryHours = 2,
) {
  const limited = { ...options, repositoryHours };
  return planTick({
    targets,
    jobs,
    options: limited,
    now,
    stop: undefined,
    builder: 'works',
  });
}

const ids = (rows: readonly Pick<Target | Job, 'id'>[]) => rows.map(({ id }) => id);

describe('the hours of a repository', () => {
  it('are the time of its groups, up to now if a group still runs', () => {
    const runs = ran({ id: 'runs', state: 'running', finishedAt: undefined });

    expect(usedHours([ran(), runs], [evil], now)).toEqual(new Map([['evil', 5]]));
  });

  it('are its share of groups that it has together with others', () => {
    const shared = ran({ targets: [evil.id, other.id, good.id, 'gone'] });

    expect(usedHours([shared], [evil, other, good], now)).toEqual(
      new Map([
        ['evil', 1],
        ['team', 0.5],
      ]),
    );
  });

  it.each([
    ['waits for the next try', { state: 'ready', finishedAt: undefined }],
    ['waits for the next try after a lost group', { state: 'ready', attempt: 1 }],
    ['has ended', { state: 'lost' }],
  ] as const)('do not count a job whose group Azure refused, and that %s', (_, change) => {
    expect(usedHours([ran({ attempt: 0, ...change })], [evil], now).size).toBe(0);
  });

  it('do not count a job that started no group', () => {
    expect(usedHours([ran({ launchedAt: undefined })], [evil], now).size).toBe(0);
  });
});

describe('a repository that has used its hours', () => {
  it('gets no further job, and others do', () => {
    const { overLimit, newJobs } = plan([evil, other, good], [ran()]);

    expect(ids(overLimit)).toEqual([evil.id, other.id]);
    expect(newJobs.flatMap((planned) => ids(planned.targets))).toEqual([good.id]);
  });

  it('keeps the jobs that have begun, and loses those that wait', () => {
    const begun = { ...evil, job: 'begun' };
    const waits = { ...other, job: 'waits' };
    const jobs = [
      ran(),
      job('begun', { kind: 'patch', targets: [evil.id] }),
      job('waits', { kind: 'patch', state: 'waiting', targets: [other.id] }),
    ];

    const { overLimit, drop, admit } = plan([begun, waits], jobs);

    expect(ids(overLimit)).toEqual([]);
    expect(ids(drop)).toEqual(['waits']);
    expect(ids(admit)).toEqual([]);
  });

  it('has a waiting job with an image of others started', () => {
    const [mine, theirs] = [
      { ...evil, job: 'waits' },
      { ...good, job: 'waits' },
    ];
    const waits = job('waits', { kind: 'patch', state: 'waiting', targets: [mine.id, theirs.id] });

    expect(ids(plan([mine, theirs], [ran(), waits]).admit)).toEqual(['waits']);
  });

  it('has the patches verified that are already made', () => {
    const made = target('evil', 'v3', { state: 'verifying' });

    const { overLimit, newJobs } = plan([made], [ran()]);

    expect(ids(overLimit)).toEqual([]);
    expect(newJobs).toHaveLength(1);
  });
});

it('has no limit by default', () => {
  expect(ids(plan([evil], [ran()], 0).overLimit)).toEqual([]);
});

it('goes on below the limit', () => {
  expect(ids(plan([evil], [ran()], 3).overLimit)).toEqual([]);
});
