import { describe, expect, it } from 'vitest';
import { collectIfThere } from '../../../../lib/pipeline/job/collect-result.ts';
import { containerOf } from '../../../../lib/pipeline/records/container-names.ts';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { isTerminal } from '../../../../lib/pipeline/records/target-states.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { patchResult, scanResult, writeResult } from './result-samples.ts';

async function setUp(kind: 'scan' | 'verify' | 'patch', ...targets: readonly Target[]) {
  const world = new UnitWorld();
  await world.addRun();
  const held = await world.holdJob({ id: `${kind}-1`, kind, attempt: 1 }, targets);
  const write = (container: string, result: (job: Job) => unknown) =>
    writeResult(world, held.job, container, result(held.job));
  return { world, write, collect: () => collectIfThere(world.services, held) };
}

describe('a scan job', () => {
  const scanning = target('a', 'v1', { state: 'scanning' });

  it('waits until there is a result', async () => {
    const { world, collect } = await setUp('scan', scanning);

    expect(await collect()).toBeUndefined();
    expect(await world.targetAt(scanning)).toMatchObject({ job: 'scan-1' });
  });

  it('is done with its result, and hands back images that it does not mention', async () => {
    const { world, write, collect } = await setUp('scan', scanning);
    await write('worker', scanResult);

    expect(await collect()).toMatchObject({ changes: { state: 'done', tools: 'trivy/0.74.0' } });
    expect(await world.targetAt(scanning)).toMatchObject({ job: '', attempts: 1 });
  });

  it('loses the attempt if the result is not one', async () => {
    const { write, collect } = await setUp('scan', scanning);
    await write('worker', () => 'x');

    expect(await collect()).toMatchObject({
      changes: { state: 'lost', reason: 'result-invalid', detail: 'the result is not JSON' },
    });
  });
});

describe('a patch job', () => {
  const [one, other] = [
    target('a', 'v1', { state: 'patching', fingerprint: 'f' }),
    target('b', 'v1', { state: 'patching', fingerprint: 'f' }),
  ];
  const nameOf = ({ repository, sourceDigest }: Target) =>
    containerOf({ repository, digest: sourceDigest ?? '' });
  const nothingToDo = (of: Target) => (job: Job) => {
    const digest = of.sourceDigest;
    const images = digest === undefined ? [] : [{ digest, outcome: 'nothing-to-do' } as const];
    return patchResult(job, { images });
  };

  it('takes each result as it comes, and is done with the last', async () => {
    const { world, write, collect } = await setUp('patch', one, other);

    await write(nameOf(one), nothingToDo(one));
    expect(await collect()).toBeUndefined();
    expect(isTerminal((await world.targetAt(one)).state)).toBe(true);
    expect(await world.targetAt(other)).toMatchObject({ job: 'patch-1' });

    await write(nameOf(other), nothingToDo(other));
    expect(await collect()).toMatchObject({ changes: { state: 'done' } });
  });

  it('loses only the image whose result is not one', async () => {
    const { world, write, collect } = await setUp('patch', one, other);
    await write(nameOf(one), () => 'x');

    expect(await collect()).toBeUndefined();

    expect(await world.targetAt(one)).toMatchObject({ job: '', attempts: 1 });
    expect(await world.targetAt(other)).toMatchObject({ job: 'patch-1', attempts: 0 });
  });

  const CHROOT = { name: 'chroot', call: 'chroot', errno: 'EPERM', lasting: true };
  const refused = (of: Target) => (job: Job) => ({
    ...patchResult(job),
    builder: undefined,
    refusals: [CHROOT],
    images: [
      {
        digest: of.sourceDigest,
        outcome: 'failed',
        failure: 'builder-unavailable',
        message: 'none',
      },
    ],
  });

  it('blames an image that claims a refused builder when another container had one', async () => {
    const { world, write, collect } = await setUp('patch', one, other);
    await write(nameOf(one), refused(one));
    await write(nameOf(other), nothingToDo(other));

    await collect();

    expect(await world.targetAt(one)).toMatchObject({ job: '', attempts: 1 });
    const job = await world.jobAt({ runId: one.runId, id: 'patch-1' });
    expect(job).toMatchObject({ builder: 'mount-free', tools: 'copa/0.14.2' });
    expect(job.builderCall).toBeUndefined();
  });

  it('records the refusal if no container had a builder yet', async () => {
    const { world, write, collect } = await setUp('patch', one, other);
    await write(nameOf(one), refused(one));

    expect(await collect()).toBeUndefined();

    expect(await world.targetAt(one)).toMatchObject({ reason: 'no-builder', attempts: 0 });
    const job = await world.jobAt({ runId: one.runId, id: 'patch-1' });
    expect(job).toMatchObject({ state: 'running', builderCall: 'chroot', builderErrno: 'EPERM' });
  });
});
