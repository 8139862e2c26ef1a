import { expect, it } from 'vitest';
import type { BlockedPackage } from '../../../../lib/job/blocked-package.ts';
import { nameHiddenFixes } from '../../../../lib/pipeline/results/hidden-fixes.ts';
import { secondsAfter } from '../../../../lib/pipeline/services.ts';
import { tarOf } from '../../image/layer/layer-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { pushSource, REPOSITORY } from './staged-image.ts';

const SETTINGS = await tarOf([
  { name: 'etc/apt/apt.conf.d/99release', text: 'APT::Default-Release "bookworm";\n' },
]);
const MISSING: BlockedPackage = { package: 'libssl3', reason: 'not-in-repository' };

/** The reason for a package that no source has, with 100 seconds left in the step. */
async function reasonOf({ openSeconds = 0, stalls = false, leftSeconds = 100 } = {}) {
  const world = new UnitWorld();
  const digest = await pushSource(world, { layers: [SETTINGS] });
  const openBlob = world.registry.openBlob.bind(world.registry);
  const limits: (number | undefined)[] = [];
  world.services.registry.openBlob = async (repository, layer, limitMs?: number) => {
    limits.push(limitMs);
    world.clock.advance({ seconds: stalls ? (limitMs ?? 0) / 1000 : openSeconds });
    if (stalls) throw new Error('aborted');
    return openBlob(repository, layer);
  };
  const until = secondsAfter(world.clock.now(), leftSeconds);
  const image = { repository: REPOSITORY, digest, targets: [] };
  const named = await nameHiddenFixes(world.services, image, [MISSING], until);
  return { reason: named[0]?.reason, limits };
}

it('finds the setting that hides a fix', async () => {
  expect(await reasonOf()).toEqual({ reason: 'hidden-by-settings', limits: [31_000] });
});

it.each([
  ['comes slowly', { openSeconds: 31 }, 1],
  ['stalls', { stalls: true }, 1],
  ['would be read after the time of the step', { leftSeconds: 0 }, 0],
])('keeps the reason if a layer %s', async (_, slowness, requests) => {
  const { reason, limits } = await reasonOf(slowness);

  expect(reason).toBe('not-in-repository');
  expect(limits).toHaveLength(requests);
});

it('reads no longer than the step has', async () => {
  expect(await reasonOf({ leftSeconds: 5 })).toMatchObject({ limits: [6000] });
});
