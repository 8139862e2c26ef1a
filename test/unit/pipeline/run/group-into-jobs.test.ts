import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { groupIntoJobs } from '../../../../lib/pipeline/run/group-into-jobs.ts';
import type { Stored } from '../../../../lib/pipeline/stores/stored.ts';
import { job, target } from './run-samples.ts';

const OPTIONS = { scanBatch: 4, patchBatch: 2, builder: { kind: 'standard' } } as const;

function group(targets: readonly Stored<Target>[], jobs: readonly Stored<Job>[] = []) {
  return groupIntoJobs(targets, new Map(jobs.map((one) => [one.id, one])), OPTIONS);
}

/** Tags of one image. */
function tags(count: number, changes: Partial<Target> = {}, repository = 'a') {
  return Array.from({ length: count }, (_, at) =>
    target(repository, `v${at}`, { sourceDigest: digestOf('one image'), ...changes }),
  );
}

const sizes = (targets: readonly Stored<Target>[]) =>
  group(targets).map(({ kind, targets, behind }) => [kind, targets.length, behind.length]);

it.each([
  ['queued', 'scan'],
  ['scanning', 'scan'],
  ['patching', 'patch'],
  ['verifying', 'verify'],
  ['publishing', 'publish'],
] as const)('groups a target that is %s into a %s job', (state, kind) => {
  expect(group([target('a', 'v1', { state })]).map((one) => one.kind)).toEqual([kind]);
});

it('refuses a target that has ended', () => {
  expect(() => group([target('a', 'v1', { state: 'clean' })])).toThrow('clean');
});

describe('the tags of one image', () => {
  it('share the job of the tag that is furthest ahead', () => {
    const [first, second, third] = tags(3);
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    const ahead = { ...second, state: 'verifying' } as const;

    expect(group([first, ahead, third])).toEqual([
      { kind: 'verify', targets: [ahead], behind: [first, third] },
    ]);
  });

  it('get no job while one of them is in a job', () => {
    const [first, second] = tags(2);
    if (first === undefined || second === undefined) throw new Error();

    expect(group([first, { ...second, job: 'busy' }], [job('busy')])).toEqual([]);
  });

  it('count as separate images if their source is unknown', () => {
    const unknown = tags(2, { sourceDigest: undefined, state: 'patching' });

    expect(group(unknown)).toHaveLength(1);
    expect(groupIntoJobs(unknown, new Map(), { ...OPTIONS, patchBatch: 1 })).toHaveLength(2);
  });

  it('are grouped a hundred at a time, and so are the tags behind', () => {
    const ahead = tags(150, { state: 'verifying' });

    expect(sizes(ahead)).toEqual([['verify', 100, 50]]);
    expect(sizes([...tags(1, { state: 'publishing' }), ...ahead])).toEqual([['publish', 1, 100]]);
  });
});

describe('a job', () => {
  const images = (count: number, changes: Partial<Target> = {}, repository = 'a') =>
    Array.from({ length: count }, (_, at) => target(repository, `v${at}`, changes));

  it('that scans holds targets of many repositories, in the order of their names', () => {
    const mixed = [...images(1, {}, 'c'), ...images(1, {}, 'a'), ...images(1, {}, 'b')];

    expect(group(mixed).map((one) => one.targets.map((row) => row.repository))).toEqual([
      ['a', 'b', 'c'],
    ]);
  });

  it.each([
    ['patching', [2]],
    ['publishing', [1, 1]],
  ] as const)('holds targets that are %s of two repositories in groups of %j', (state, sizes) => {
    const mixed = [...images(1, { state }, 'a'), ...images(1, { state }, 'b')];

    expect(group(mixed).map((one) => one.targets.length)).toEqual(sizes);
  });

  it.each([
    [0, [2, 2, 1]],
    [1, [1, 1, 1, 1, 1]],
    [9, [1, 1, 1, 1, 1]],
  ])(
    'that patches holds half as many images for each lost attempt: %d lost',
    (attempts, expected) => {
      const lost = images(5, { state: 'patching', attempts });

      expect(group(lost).map((one) => one.targets.length)).toEqual(expected);
    },
  );

  it('holds one image if that has one attempt left', () => {
    const lost = images(3, { state: 'scanning', attempts: 2 });
    const most = { ...OPTIONS, scanBatch: 100 };

    const jobs = groupIntoJobs(lost, new Map(), most);

    expect(jobs.map((one) => one.targets.length)).toEqual([1, 1, 1]);
  });

  it('of each repository comes before the second of any', () => {
    const mixed = [...images(4, { state: 'publishing' }, 'a')].concat(
      images(1, { state: 'publishing' }, 'b'),
    );

    const jobs = groupIntoJobs(mixed, new Map(), { ...OPTIONS, scanBatch: 2 });

    expect(jobs.map((one) => one.targets[0]?.repository)).toEqual(['a', 'b', 'a']);
  });

  it('counts the lost attempts of the tag that has lost the most', () => {
    const [first, second] = tags(2, { state: 'patching' });
    if (first === undefined || second === undefined) throw new Error();
    const others = images(2, { state: 'patching', attempts: 1 });

    const jobs = group([first, { ...second, attempts: 1 }, ...others]);

    expect(jobs.map((one) => one.targets.length)).toEqual([2, 1, 1]);
  });

  it('holds at most 500 targets', () => {
    const many = [0, 1, 2, 3, 4, 5].flatMap((at) =>
      tags(100, { sourceDigest: digestOf(`image ${at}`) }, `r${at}`),
    );

    const jobs = groupIntoJobs(many, new Map(), { ...OPTIONS, scanBatch: 50, patchBatch: 1 });

    expect(jobs.map((one) => one.targets.length)).toEqual([500, 100]);
  });

  it('holds at most 500 targets, including those behind', () => {
    const many = [0, 1, 2].flatMap((at) => {
      const image = tags(200, { sourceDigest: digestOf(`image ${at}`) }, `r${at}`);
      return image.map((row, nth) => (nth < 100 ? { ...row, state: 'verifying' as const } : row));
    });

    const jobs = groupIntoJobs(many, new Map(), { ...OPTIONS, scanBatch: 50, patchBatch: 1 });

    expect(jobs.map((one) => [one.targets.length, one.behind.length])).toEqual([
      [200, 200],
      [100, 100],
    ]);
  });

  it('is one of at most 50 that a tick makes', () => {
    const many = images(300);

    const jobs = group(many);

    expect(jobs).toHaveLength(50);
    expect(jobs.every((one) => one.targets.length === 4)).toBe(true);
  });
});
