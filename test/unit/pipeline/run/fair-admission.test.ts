import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import { jobIdOf } from '../../../../lib/pipeline/records/job.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { fairAdmission } from '../../../../lib/pipeline/run/fair-admission.ts';
import { planTick } from '../../../../lib/pipeline/run/plan-tick.ts';
import type { Stored } from '../../../../lib/pipeline/stores/stored.ts';
import { job, now, target } from './run-samples.ts';

/** A job of each repository, in this order, with one target. */
function jobsOf(repositories: readonly string[], change: Partial<Target> = {}) {
  const targets = repositories.map((name, at) =>
    target(name, `t${at}`, { state: 'patching', ...change }),
  );
  const jobs = targets.map(({ id }, at) =>
    job(`${repositories[at]}-${at}`, { kind: 'patch', state: 'waiting', targets: [id] }),
  );
  return { targets, jobs };
}

const admitted = (state: Partial<Parameters<typeof fairAdmission>[0]>) =>
  fairAdmission({ waiting: [], busy: [], targets: [], maxGroups: 4, ...state }).map(({ id }) => id);

describe('fairAdmission', () => {
  it('lets others scan before it gives a second group to two repositories that patch', () => {
    const hanging = jobsOf(['evil1', 'evil1', 'evil1', 'evil2', 'evil2', 'evil2']);
    const scans = ['b', 'c', 'd'].map((name) => target(name, 'v1', { state: 'scanning' }));
    const waiting = [
      ...hanging.jobs,
      ...scans.map(({ repository, id }) =>
        job(`${repository}-scan`, { kind: 'scan', state: 'waiting', targets: [id] }),
      ),
    ];
    const targets = [...hanging.targets, ...scans];

    expect(admitted({ waiting, targets })).toEqual(['evil1-0', 'evil2-3', 'b-scan', 'c-scan']);
    const busy = hanging.jobs.slice(0, 1);
    expect(admitted({ waiting: waiting.slice(1), busy, targets })).toEqual([
      'evil2-3',
      'b-scan',
      'c-scan',
    ]);
  });

  it('gives each repository its turn, and none more than half of the groups', () => {
    const { targets, jobs } = jobsOf(['a', 'a', 'a', 'a', 'b', 'c']);

    expect(admitted({ waiting: jobs, targets })).toEqual(['a-0', 'b-4', 'c-5', 'a-1']);
    expect(admitted({ waiting: jobs.slice(0, 4), targets })).toEqual(['a-0', 'a-1']);
  });

  it('gives one repository all groups if no other needs one', () => {
    const { targets, jobs } = jobsOf(['a', 'a', 'a', 'a']);
    const done = target('b', 'v1', { state: 'patched' });
    const waits = target('c', 'v1', { heldBy: target('c', 'v1').runId });

    expect(admitted({ waiting: jobs, targets: [...targets, done, waits] })).toHaveLength(4);
  });

  it('counts the groups that a repository has', () => {
    const { targets, jobs } = jobsOf(['a', 'a', 'a', 'b']);
    const [busy, ...waiting] = jobs;
    if (busy === undefined) throw new Error('no job');

    expect(admitted({ waiting, busy: [busy], targets })).toEqual(['b-3', 'a-1']);
  });

  it('lets one group start even if there is only one', () => {
    const { targets, jobs } = jobsOf(['a', 'b']);

    expect(admitted({ waiting: jobs, targets, maxGroups: 1 })).toEqual(['a-0']);
  });

  it('puts a later attempt after the first group of others, and later stages first', () => {
    const lost = jobsOf(['a'], { attempts: 1 });
    const scan = target('b', 'v1', { state: 'scanning' });
    const verify = target('b', 'v2', { state: 'verifying' });
    const waiting = [
      ...lost.jobs,
      job('scan', { kind: 'scan', state: 'waiting', targets: [scan.id] }),
      job('verify', { kind: 'verify', state: 'waiting', targets: [verify.id] }),
    ];
    const targets = [...lost.targets, scan, verify];

    expect(admitted({ waiting, targets })).toEqual(['verify', 'a-0', 'scan']);
  });
});

it('lets an image that lost an attempt beside a stranger go before second groups of others', () => {
  const hanging = jobsOf(['evil1', 'evil1', 'evil1', 'evil2', 'evil2']);
  const lost = jobsOf(['team'], { attempts: 1 });
  const waiting = [...hanging.jobs, ...lost.jobs];
  const targets = [...hanging.targets, ...lost.targets];

  expect(admitted({ waiting, targets, maxGroups: 3 })).toEqual(['evil1-0', 'evil2-3', 'team-0']);
});

it('leaves no group idle if two repositories share three', () => {
  const { targets, jobs } = jobsOf(['a', 'a', 'b', 'b']);

  expect(admitted({ waiting: jobs, targets, maxGroups: 3 })).toHaveLength(3);
});

const MINUTE = 60_000;
const OPTIONS = {
  maxGroups: 10,
  repositoryHours: 0,
  scanBatch: 20,
  patchBatch: 5,
  tickSeconds: 60,
  builder: { kind: 'standard' },
} as const;
const MINUTES = { scan: 4, patch: 5, verify: 3, publish: 0.5 } as const;
const NEXT = {
  scan: 'patching',
  patch: 'verifying',
  verify: 'publishing',
  publish: 'patched',
} as const;
/** A container whose package manager hangs ends at its deadline. */
const HUNG_MINUTES = 42;

/** Plans tick by tick. Images of `evil…` hang at each attempt. Returns when the others were patched. */
function minutesFor(
  good: readonly Stored<Target>[],
  hanging: number,
  repositories: readonly string[] = ['evil/app'],
): number {
  const all = [
    ...Array.from({ length: hanging }, (_, at) =>
      target(repositories[at % repositories.length] ?? '', `t${at}`),
    ),
    ...good,
  ].map((one) => ({ ...one, beforeFixable: 10 }));
  const targets = new Map<string, Stored<Target>>(all.map((one) => [one.id, one]));
  const jobs = new Map<string, Stored<Job> & { readonly endsAt?: number }>();
  for (let minute = 0; minute < 40 * 60; minute += 1) {
    for (const one of jobs.values()) {
      if (one.state !== 'running' || (one.endsAt ?? 0) > minute) continue;
      jobs.set(one.id, { ...one, state: 'done' });
      for (const id of one.targets) endJob(targets, one, id);
    }
    const left = [...targets.values()];
    if (left.every((one) => isEvil(one) || one.state === 'patched')) {
      return minute;
    }
    const at = new Date(now.getTime() + minute * MINUTE);
    const state = { options: OPTIONS, now: at, stop: undefined, builder: 'works' } as const;
    // Jobs are read in the order of their ids.
    const stored = [...jobs.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const plan = planTick({ targets: left, jobs: stored, ...state });
    for (const planned of plan.newJobs) {
      const rounds = planned.targets.map(({ id, round }) => ({ id, round: round + 1 }));
      const id = jobIdOf(one(left).runId, planned.kind, rounds);
      const ids = planned.targets.map((each) => each.id);
      const nextAt = new Date(now.getTime() + 1e9);
      jobs.set(id, job(id, { kind: planned.kind, state: 'waiting', targets: ids, nextAt }));
      for (const each of planned.targets) {
        const started = each.state === 'queued' ? 'scanning' : each.state;
        targets.set(each.id, { ...each, state: started, job: id, round: each.round + 1 });
      }
    }
    for (const admittedJob of plan.admit) {
      const hangs =
        admittedJob.kind === 'patch' && admittedJob.targets.some((id) => isEvil(targets.get(id)));
      const minutes = hangs ? HUNG_MINUTES : MINUTES[admittedJob.kind];
      jobs.set(admittedJob.id, { ...admittedJob, state: 'running', endsAt: minute + minutes });
    }
  }
  return Number.POSITIVE_INFINITY;
}

const isEvil = (of: Target | undefined) => of?.repository.startsWith('evil') === true;

function one<Item>([first]: readonly Item[]): Item {
  if (first === undefined) throw new Error('the list is empty');
  return first;
}

function endJob(targets: Map<string, Stored<Target>>, { id, kind }: Job, targetId: string): void {
  const ended = targets.get(targetId);
  if (ended === undefined || ended.job !== id) return;
  const attempts = ended.attempts + 1;
  if (kind === 'patch' && isEvil(ended)) {
    const state = attempts >= 3 ? 'failed' : ended.state;
    targets.set(targetId, { ...ended, job: '', attempts, state });
  } else {
    const state = NEXT[kind];
    targets.set(targetId, { ...ended, job: '', attempts: 0, state });
  }
}

it('patches the images of other repositories at most one hung attempt later than without it', () => {
  const good = Array.from({ length: 200 }, (_, at) => target(`team${at % 20}/app`, `t${at}`));

  const alone = minutesFor(good, 0);

  for (const hanging of [300, 500]) {
    expect(minutesFor(good, hanging)).toBeLessThanOrEqual(alone + HUNG_MINUTES);
  }
  const ofTwo = minutesFor(good, 300, ['evil/app', 'evil/web']);
  expect(ofTwo).toBeLessThanOrEqual(alone + HUNG_MINUTES);
}, 30_000);
