import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Probe, probeGroup } from '../../../../lib/cli/doctor/probe-group.ts';
import type { ContainerSpec, GroupAnswer } from '../../../../lib/containers/container-groups.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { type GroupCourse, PLAIN_COURSE } from '../../../fakes/containers/group-course.ts';
import { CheckSetup } from '../../doctor/check-setup.ts';
import { aProbeResult } from './probe-samples.ts';

const JobFile = z.object({ resultUrl: z.string() });

/** A group whose worker uploads this result. */
function uploads(setup: CheckSetup, result: unknown): GroupCourse {
  return {
    kind: 'runs',
    startsAfter: 30,
    runsFor: 60,
    work: async (_, container: ContainerSpec) => {
      const { resultUrl } = JobFile.parse(JSON.parse(container.secretFiles['job.json'] ?? ''));
      await setup.world.blobs.putThrough(resultUrl, Buffer.from(JSON.stringify(result)));
    },
  };
}

async function probe(
  course: (setup: CheckSetup) => GroupCourse,
  arrange: (setup: CheckSetup) => void = () => undefined,
): Promise<{ readonly setup: CheckSetup; readonly found: Probe }> {
  const setup = new CheckSetup();
  setup.world.groups.decide = () => course(setup);
  arrange(setup);
  const { scanWorkerImage: image } = setup.world.services.options;
  const kind = { sku: 'Standard', privileged: false, image, tools: ['trivy'] } as const;
  return { setup, found: await probeGroup(setup.context, kind) };
}

/** True if the group is deleted or being deleted, and its result is gone. */
function isClean({ world }: CheckSetup): boolean {
  const left = world.groups.all().filter((group) => group.goneAt === undefined);
  return left.length === 0 && world.blobs.names(CONTAINERS.results).length === 0;
}

describe('probeGroup', () => {
  it('returns the result, and leaves neither group nor blob behind', async () => {
    const { setup, found } = await probe((one) => uploads(one, aProbeResult()));

    expect(found).toEqual({ end: { end: 'result', result: aProbeResult() } });
    expect(isClean(setup)).toBe(true);
  });

  it.each([
    ['of another probe', aProbeResult({ probeId: 'probe-other' })],
    ['of another form', { ...aProbeResult(), more: 1 }],
  ])('does not believe a result %s', async (_, result) => {
    const { setup, found } = await probe((one) => uploads(one, result));

    expect(found.end).toEqual({
      end: 'no-result',
      detail: 'the result does not come from this probe',
    });
    expect(isClean(setup)).toBe(true);
  });

  it('reports a refusal, and deletes nothing', async () => {
    const { setup, found } = await probe(() => ({ kind: 'refused', refusal: 'quota' }));

    expect(found.end).toMatchObject({ end: 'refused', refusal: 'quota' });
    expect(setup.world.groups.creations()).toEqual([]);
  });

  it('goes on after `unavailable`, because the group may exist', async () => {
    const { found } = await probe(() => ({ kind: 'refused', refusal: 'unavailable' }));

    expect(found.end).toEqual({ end: 'no-result', detail: 'the group is gone' });
  });

  it('quotes the end of the log of a group that ended without a result', async () => {
    const { setup, found } = await probe(() => ({ ...PLAIN_COURSE, log: 'a\nb\nc\n' }));

    expect(found.end).toMatchObject({
      end: 'no-result',
      detail: expect.stringMatching(/; its log ends: b c$/),
    });
    expect(isClean(setup)).toBe(true);
  });

  it('says so if the platform could not start the group', async () => {
    const { found } = await probe(() => ({
      kind: 'fails-to-start',
      after: 10,
      detail: 'InaccessibleImage',
    }));

    expect(found.end).toMatchObject({
      end: 'no-result',
      detail: expect.stringContaining('InaccessibleImage'),
    });
  });

  it('gives up after 15 minutes', async () => {
    const { setup, found } = await probe(() => ({ kind: 'never-starts' }));

    expect(found.end).toMatchObject({ detail: 'the group did not answer within 15 minutes' });
    expect(isClean(setup)).toBe(true);
  });

  it('creates nothing after an interruption, and cleans up one that comes later', async () => {
    const before = await probe(
      () => ({ kind: 'never-starts' }),
      (one) => one.stop.abort(),
    );
    const later = await probe((one) => {
      one.stop.abort();
      return { kind: 'never-starts' };
    });

    expect(before.found).toEqual({ end: { end: 'interrupted' } });
    expect(before.setup.world.groups.creations()).toEqual([]);
    expect(later.found).toEqual({ end: { end: 'interrupted' } });
    expect(isClean(later.setup)).toBe(true);
  });

  it.each([
    ['tries again while the group is in transition', 'transitioning', 5, undefined],
    ['gives up after six attempts, and names the group', 'transitioning', 9, 'pw-probe-id1'],
    ['names the group after another refusal', 'unauthorized', 9, 'pw-probe-id1'],
  ] as const)('%s', async (_, refusal, refusals, leftBehind) => {
    let asked = 0;

    const { found } = await probe(
      (one) => uploads(one, aProbeResult()),
      ({ world }) => {
        const remove = world.groups.delete.bind(world.groups);
        world.groups.delete = async (name): Promise<GroupAnswer> => {
          asked += 1;
          return asked > refusals ? remove(name) : { ok: false, refusal, detail: '' };
        };
      },
    );

    expect(found.end.end).toBe('result');
    expect(found.leftBehind).toBe(leftBehind);
    expect(asked).toBe(refusal === 'unauthorized' ? 2 : refusals === 5 ? 6 : 7);
  });
});
