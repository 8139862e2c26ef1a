import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { Tag } from '../../../../lib/image/reference.ts';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import { isJobOver, JobState } from '../../../../lib/pipeline/records/job-states.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { isTerminal, TargetState } from '../../../../lib/pipeline/records/target-states.ts';
import { planTick } from '../../../../lib/pipeline/run/plan-tick.ts';
import type { Stored } from '../../../../lib/pipeline/stores/stored.ts';
import { job, now, options, target } from './run-samples.ts';

const plan = (targets: readonly Stored<Target>[], jobs: readonly Stored<Job>[] = []) =>
  planTick({ targets, jobs, options, now, stop: undefined, builder: 'works' });

describe('new jobs', () => {
  it('scan targets of many repositories in batches', () => {
    const targets = ['a', 'b', 'c', 'd', 'e'].map((name) => target(name, 'v1'));

    const sizes = plan(targets).newJobs.map((one) => [one.kind, one.targets.length]);

    expect(sizes).toEqual([
      ['scan', 4],
      ['scan', 1],
    ]);
  });

  it('patch targets of many repositories together, since each has a container of its own', () => {
    const targets = ['a', 'b', 'c'].map((name) => target(name, 'v1', { state: 'patching' }));

    const repositories = plan(targets).newJobs.map((one) =>
      one.targets.map((row) => row.repository),
    );

    expect(repositories).toEqual([['a', 'b'], ['c']]);
  });

  it('publish targets of one repository at a time', () => {
    const targets = ['a', 'b'].map((name) => target(name, 'v1', { state: 'publishing' }));

    const repositories = plan(targets).newJobs.map((one) =>
      one.targets.map((row) => row.repository),
    );

    expect(repositories).toEqual([['a'], ['b']]);
  });

  it('patch only as many images together as fit on the disk of a group', () => {
    const gigabytes = [3, 1, 1, 0.1];
    const targets = gigabytes.map((size, at) =>
      target('a', `v${at}`, { state: 'patching', sourceBytes: size * 1024 ** 3 }),
    );

    const sizes = plan(targets).newJobs.map((one) => one.targets.length);

    expect(sizes).toEqual([1, 2, 1]);
  });

  it('keep tags of one source together, and count them as one image', () => {
    const sourceDigest = digestOf('one source');
    const targets = ['v1', 'v2', 'v3', 'v4', 'v5'].map((tag) => target('a', tag, { sourceDigest }));

    expect(plan(targets).newJobs.map((one) => one.targets.length)).toEqual([5]);
  });

  it('have at most as many findings as a job file can hold', () => {
    const counts = [5000, 5000, 5000, 1, 14_999, 2];
    const targets = counts.map((beforeFixable, at) =>
      target('a', `v${at}`, { state: 'patching', beforeFixable }),
    );
    const wide = { ...options, patchBatch: 20 };

    const planned = planTick({
      targets,
      jobs: [],
      options: wide,
      now,
      stop: undefined,
      builder: 'works',
    });

    const inJobs = planned.newJobs.map((one) => one.targets.map((row) => row.beforeFixable));
    expect(inJobs).toEqual([[5000, 5000, 5000], [1, 14_999], [2]]);
  });

  it('limit findings only if the job file lists them', () => {
    const targets = ['v1', 'v2'].map((tag) =>
      target('a', tag, { state: 'verifying', beforeFixable: 15_000 }),
    );

    expect(plan(targets).newJobs.map((one) => one.targets.length)).toEqual([2]);
  });

  it('are smaller for targets that have lost an attempt', () => {
    const targets = ['a', 'b', 'c', 'd'].map((name) =>
      target(name, 'v1', { state: 'scanning', attempts: 1 }),
    );

    expect(plan(targets).newJobs.map((one) => one.targets.length)).toEqual([2, 2]);
  });

  it('include targets whose job is over or was never written', () => {
    const lost = target('a', 'v1', { state: 'scanning', job: 'scan-gone' });
    const over = target('b', 'v1', { state: 'scanning', job: 'scan-over' });
    const held = target('c', 'v1', { state: 'scanning', job: 'scan-held' });

    const { newJobs } = plan(
      [lost, over, held],
      [job('scan-over', { state: 'lost' }), job('scan-held')],
    );

    expect(newJobs.flatMap((one) => one.targets)).toEqual([lost, over]);
  });
});

describe('admission', () => {
  it('fills only the free places', () => {
    const jobs = [
      job('one'),
      job('two'),
      ...['w1', 'w2', 'w3'].map((key) => job(key, { state: 'waiting' })),
    ];

    expect(plan([], jobs).admit.map((row) => row.id)).toEqual(['w1']);
  });

  it('prefers the kinds of job that are furthest ahead', () => {
    const kinds = ['patch', 'scan', 'verify'] as const;
    const waiting = kinds.map((kind) => job(`${kind}-1`, { kind, state: 'waiting' }));

    const { admit } = plan([], [job('one'), ...waiting]);

    expect(admit.map((row) => row.kind)).toEqual(['verify', 'patch']);
  });

  it('does not count jobs that need no group', () => {
    const publishing = ['p1', 'p2', 'p3'].map((key) =>
      job(key, { kind: 'publish', state: 'ready' }),
    );

    expect(plan([], [...publishing, job('w1', { state: 'waiting' })]).admit).toHaveLength(1);
  });
});

describe('a builder', () => {
  const patching = (tag: string, change: Partial<Target> = {}) =>
    target('a', tag, { state: 'patching', ...change });
  const patchJob = (id: string, state: Job['state']) => job(id, { kind: 'patch', state });
  const planWith = (
    builder: 'works' | 'refused' | 'nothing',
    { targets = [], jobs = [] }: { targets?: Stored<Target>[]; jobs?: Stored<Job>[] },
  ) => planTick({ targets, jobs, options, now, stop: undefined, builder });

  it('that is not yet known to work gets only one patch group', () => {
    const jobs = [
      patchJob('p1', 'waiting'),
      patchJob('p2', 'waiting'),
      job('s', { state: 'waiting' }),
    ];

    expect(planWith('nothing', { jobs }).admit.map(({ id }) => id)).toEqual(['p1', 's']);
    const running = [patchJob('p0', 'running'), ...jobs];
    expect(planWith('nothing', { jobs: running }).admit.map(({ id }) => id)).toEqual(['s']);
    expect(planWith('works', { jobs }).admit.map(({ id }) => id)).toEqual(['p1', 'p2', 's']);
  });

  it('that the platform refuses ends every waiting patch target and starts no patch group', () => {
    const loose = patching('v1');
    const waits = patching('v2', { job: 'p1' });
    const runs = patching('v3', { job: 'p2' });
    const scans = target('b', 'v1', { state: 'scanning', job: 's' });

    const planned = planWith('refused', {
      targets: [loose, waits, runs, scans],
      jobs: [patchJob('p1', 'waiting'), patchJob('p2', 'running'), job('s')],
    });

    expect(planned.withoutBuilder).toEqual([loose]);
    expect(planned.drop.map(({ id }) => id)).toEqual(['p1']);
    expect(planned.admit).toEqual([]);
    expect(planned.newJobs).toEqual([]);
    expect(planned.over).toBe(false);
  });
});

describe('a run with a refused builder', () => {
  const loose = (['queued', 'scanning', 'verifying', 'publishing'] as const).map((state) =>
    target('a', state, { state }),
  );
  const refused = (
    targets: readonly Stored<Target>[],
    jobs: readonly Stored<Job>[] = [],
    stop?: { readonly state: 'failed'; readonly reason: 'run-deadline' },
  ) => planTick({ targets, jobs, options, now, stop, builder: 'refused' });

  it('continues with targets that do not wait for a patch', () => {
    const { withoutBuilder, newJobs } = refused(loose);

    expect(withoutBuilder).toEqual([]);
    expect(newJobs.flatMap((one) => one.targets)).toHaveLength(loose.length);
  });

  it('admits a waiting job that needs no builder and drops none', () => {
    const { admit, drop } = refused([], [job('s1', { state: 'waiting' })]);

    expect(admit.map(({ id }) => id)).toEqual(['s1']);
    expect(drop).toEqual([]);
  });

  it('ends a target that waits for a patch with the reason of the run if it is stopping', () => {
    const waits = target('a', 'v1', { state: 'patching' });
    const stop = { state: 'failed', reason: 'run-deadline' } as const;

    expect(refused([waits], [], stop)).toMatchObject({ withoutBuilder: [], end: [waits] });
  });
});

it('ends no target and drops no job unless the run is stopping', () => {
  const { end, drop } = plan([target('a', 'v1')], [job('s1', { state: 'waiting' })]);

  expect({ end, drop }).toEqual({ end: [], drop: [] });
});

it('wakes a job only if it is overdue by more than the grace period', () => {
  const at = (seconds: number) => new Date(now.getTime() - seconds * 1000);
  const jobs = [
    job('late', { nextAt: at(31) }),
    job('due', { nextAt: at(29) }),
    job('over', { state: 'done', nextAt: at(99) }),
  ];

  expect(plan([], jobs).wake.map((row) => row.id)).toEqual(['late']);
});

it('ends only the targets without a job while the run is stopping', () => {
  const held = target('a', 'v1', { state: 'scanning', job: 'busy' });
  const loose = target('b', 'v1');

  const late = planTick({
    targets: [held, loose],
    jobs: [job('busy')],
    options,
    now,
    stop: { state: 'failed', reason: 'run-deadline' },
    builder: 'works',
  });

  expect(late.end).toEqual([loose]);
  expect(late.newJobs).toEqual([]);
  expect(late.over).toBe(false);
});

describe('a run that is stopping', () => {
  const stop = { state: 'failed', reason: 'run-deadline' } as const;
  const intended = target('a', 'v1', {
    state: 'publishing',
    patchTag: Tag.parse('v1-1'),
    job: 'publish-1',
  });
  const stopped = (targets: readonly Stored<Target>[], jobs: readonly Stored<Job>[] = []) =>
    planTick({ targets, jobs, options, now, stop, builder: 'works' });

  it('still creates the job that publishes a target with a reserved tag', () => {
    const { newJobs, end, finishing } = stopped([intended, target('b', 'v1')]);

    expect(newJobs.map(({ kind, targets }) => [kind, targets])).toEqual([['publish', [intended]]]);
    expect(end.map(({ repository }) => repository)).toEqual(['b']);
    expect(finishing).toEqual([intended]);
  });

  it('ends a publishing target without a reserved tag', () => {
    const { patchTag: _, ...loose } = intended;

    expect(stopped([loose])).toMatchObject({ end: [loose], newJobs: [], finishing: [] });
  });

  it('drops the jobs that wait for a group and admits those that publish', () => {
    const waiting = (['scan', 'publish'] as const).map((kind) =>
      job(`${kind}-1`, { kind, state: 'waiting' }),
    );

    const { admit, drop } = stopped([], waiting);

    expect(drop.map(({ id }) => id)).toEqual(['scan-1']);
    expect(admit.map(({ id }) => id)).toEqual(['publish-1']);
  });

  it('waits for a target whose job is not over', () => {
    const held = target('a', 'v1', { state: 'scanning', job: 'busy' });

    expect(stopped([held], [job('busy')])).toMatchObject({ end: [], finishing: [held] });
  });

  it('lets no target join another', () => {
    const change = { sourceDigest: digestOf('one'), fingerprint: 'f' };
    const behind = target('a', 'v2', { ...change, state: 'patching' });

    expect(stopped([target('a', 'v1', { ...change, state: 'patched' }), behind]).join).toEqual([]);
  });
});

describe('a target whose image has been patched under another tag', () => {
  const image = { sourceDigest: digestOf('one'), fingerprint: 'f' };
  const patched = target('a', 'v1', { ...image, state: 'patched' });
  const behind = target('a', 'v2', { ...image, state: 'patching' });

  it('joins that target and gets no job of its own', () => {
    const { join, newJobs, finishing } = plan([patched, behind]);

    expect(join).toEqual([{ target: behind, patched }]);
    expect(newJobs).toEqual([]);
    expect(finishing).toEqual([behind]);
  });

  it.each([
    ['another repository', target('b', 'v2', { ...image, state: 'patching' })],
    ['another source', { ...behind, sourceDigest: digestOf('two') }],
    ['other findings', { ...behind, fingerprint: 'g' }],
  ])('does not join a target of %s', (_, other) => {
    expect(plan([patched, other])).toMatchObject({ join: [], newJobs: [{ targets: [other] }] });
  });

  it.each(['skipped', 'verifying'] as const)('does not join a target that is %s', (state) => {
    expect(plan([{ ...patched, state, job: 'j' }, behind], [job('j')]).join).toEqual([]);
  });

  it('does not join before its own job is over, or while it is not patching', () => {
    expect(plan([patched, { ...behind, job: 'busy' }], [job('busy')]).join).toEqual([]);
    expect(plan([patched, { ...behind, state: 'scanning' }]).join).toEqual([]);
  });
});

it('admits up to eight publishing jobs beside the jobs with groups', () => {
  const publishing = (state: Job['state'], count: number) =>
    Array.from({ length: count }, (_, at) => job(`${state}-${at}`, { kind: 'publish', state }));
  const groups = ['one', 'two', 'three'].map((id) => job(id));

  const { admit } = plan([], [...publishing('ready', 3), ...publishing('waiting', 9), ...groups]);

  expect(admit).toHaveLength(5);
});

it('admits no job if more jobs run than there are places', () => {
  const jobs = ['one', 'two', 'three', 'four'].map((id) => job(id));

  expect(plan([], [...jobs, job('w1', { state: 'waiting' })]).admit).toEqual([]);
});

it('does not wake a job that is waiting or overdue by exactly the grace period', () => {
  const at = (seconds: number) => new Date(now.getTime() - seconds * 1000);

  const jobs = [job('waits', { state: 'waiting', nextAt: at(99) }), job('due', { nextAt: at(30) })];

  expect(plan([], jobs).wake).toEqual([]);
});

it('counts the targets in each end state, and the active ones', () => {
  const patched = ['patched', 'patched', 'already-patched', 'already-patched'] as const;
  const states = ['clean', ...patched, 'waiting', 'failed', 'queued', 'scanning'] as const;
  const partly = { packagesCovered: 3, packagesUncovered: 1 };
  const targets = [
    ...states.map((state, at) => target('a', `v${at}`, { state })),
    target('a', 'partly', { state: 'clean', ...partly }),
    target('a', 'few', { state: 'clean', packagesCovered: 9, packagesUncovered: 0 }),
    target('a', 'enough', { state: 'clean', packagesCovered: 10, packagesUncovered: 0 }),
    target('a', 'partly-patched', { state: 'skipped', ...partly }),
  ];

  expect(plan(targets).counts).toEqual({
    targets: 13,
    active: 2,
    clean: 4,
    cleanPartly: 2,
    patched: 2,
    alreadyPatched: 2,
    planned: 0,
    waiting: 1,
    skipped: 1,
    rejected: 0,
    failed: 1,
    canceled: 0,
  });
});

it('is over exactly when every target has ended and no job is left', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...TargetState.options), { maxLength: 6 }),
      fc.array(fc.constantFrom(...JobState.options), { maxLength: 4 }),
      (states, jobStates) => {
        const targets = states.map((state, at) => target('a', `v${at}`, { state }));
        const jobs = jobStates.map((state, at) => job(`job-${at}`, { state }));

        const ended = states.every(isTerminal) && jobStates.every((state) => isJobOver({ state }));
        expect(plan(targets, jobs).over).toBe(ended);
      },
    ),
  );
});

it('puts each loose target into exactly one new job', () => {
  const live = fc.constantFrom<TargetState>(
    'queued',
    'scanning',
    'patching',
    'verifying',
    'publishing',
  );
  const drawn = fc.record({
    repository: fc.constantFrom('a', 'b'),
    state: live,
    attempts: fc.nat({ max: 2 }),
  });
  fc.assert(
    fc.property(fc.array(drawn, { maxLength: 30 }), (all) => {
      const targets = all.map(({ repository, ...row }, at) => target(repository, `v${at}`, row));

      const given = plan(targets).newJobs.flatMap((one) => one.targets.map((row) => row.id));
      expect([...given].sort()).toEqual(targets.map((row) => row.id).sort());
    }),
  );
});
