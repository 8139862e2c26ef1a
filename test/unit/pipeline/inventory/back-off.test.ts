import { beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { backOffIfDeserved, settleBackOff } from '../../../../lib/pipeline/inventory/back-off.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { PipelineWorld } from '../../../pipeline/pipeline-world.ts';
import { target } from '../run/run-samples.ts';

let world: PipelineWorld;

beforeEach(() => {
  world = new PipelineWorld({ policy: {}, script: { report: () => ({}) } });
});

function ended(changes: Partial<Target>) {
  return target('a', 'v1', { sourceDigest: digestOf('source'), fingerprint: 'f', ...changes });
}

async function failures() {
  const { repository } = ended({});
  const image = { repository, digest: digestOf('source') };
  return (await world.services.inventory.findImage(image))?.failures ?? 0;
}

describe('backOffIfDeserved', () => {
  it.each([
    ['failed', 'timeout', 1],
    ['rejected', 'not-fixed', 1],
    ['skipped', 'no-op-patch', 1],
    ['failed', 'package-source-unreachable', 0],
    ['skipped', 'source-changed', 0],
    ['canceled', 'canceled', 0],
    ['patched', undefined, 0],
    ['already-patched', undefined, 1],
    ['waiting', 'backing-off', 0],
  ] as const)(
    'after a patch that ended as %s (%s) counts %d failures',
    async (state, reason, count) => {
      await backOffIfDeserved(world.services, ended({ state, ...(reason && { reason }) }));

      expect(await failures()).toBe(count);
    },
  );

  it.each(['not-tried', 'source-unreachable'] as const)(
    'counts no failure if a package was left out as %s',
    async (reason) => {
      const blocked = [{ package: 'p', reason }];

      await backOffIfDeserved(world.services, ended({ state: 'failed', blocked }));

      expect(await failures()).toBe(0);
    },
  );

  it.each([
    ['a failure', 'had a builder', 'mount-free', 1],
    ['no failure', 'found no builder', undefined, 0],
  ] as const)(
    'counts %s as builder-unavailable if its container %s',
    async (_, _if, builder, count) => {
      const failed = { state: 'failed', reason: 'builder-unavailable', builder } as const;

      await backOffIfDeserved(world.services, ended(failed));

      expect(await failures()).toBe(count);
    },
  );

  it('counts no failure for a target without a source or findings', async () => {
    const failed = { state: 'failed', reason: 'timeout' } as const;

    await backOffIfDeserved(world.services, ended({ ...failed, sourceDigest: undefined }));
    await backOffIfDeserved(world.services, ended({ ...failed, fingerprint: undefined }));

    expect(await failures()).toBe(0);
  });
});

describe('settleBackOff', () => {
  const held = [{ package: 'p', reason: 'held' as const }];

  beforeEach(async () => {
    await backOffIfDeserved(world.services, ended({ state: 'failed', reason: 'timeout' }));
  });

  it('ends the back-off after a complete patch', async () => {
    await settleBackOff(world.services, ended({ state: 'patched' }));

    expect(await failures()).toBe(0);
  });

  it('ends the back-off after a patch that left packages out for a transient reason', async () => {
    const blocked = [{ package: 'p', reason: 'not-tried' as const }];

    await settleBackOff(
      world.services,
      ended({ state: 'patched', fixedFingerprint: 'part', blocked }),
    );

    expect(await failures()).toBe(0);
  });

  it('keeps the back-off after a patch that left packages out for a lasting reason', async () => {
    const partial = ended({ state: 'patched', fixedFingerprint: 'part', blocked: held });

    await settleBackOff(world.services, partial);

    expect(await failures()).toBe(1);
  });
});
