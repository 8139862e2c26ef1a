import { afterAll, beforeAll, expect, it } from 'vitest';
import { debianImage, MID_2025 } from '../images/debian/debian-image.ts';
import { makeLayout, pushLayout } from '../images/oci-layout.ts';
import { predecessorPatch } from '../images/predecessor-patch.ts';
import type { LocalRegistry } from './registry/start-registry.ts';
import { type FinishedRun, type JobWorld, startJobWorld } from './seed/job-world.ts';
import { registryTarget } from './seed/registry-target.ts';
import { seedPolicy } from './seed/seed-policy.ts';

/** The registry of docs/move-from-acr-continuous-patching.md, as the old workflow leaves it. */
const REGISTRY = {
  'a/migrated': ['v1-1', 'v1-2'],
  'f/migrated': ['v1-patched'],
  'l/migrated': ['v1-1'],
} as const;
const POLICY = {
  version: 'v1',
  repositories: [
    { repository: 'a/migrated', tags: ['*'] },
    { repository: 'f/migrated', tags: ['*'], 'tag-convention': 'floating' },
    { repository: 'l/migrated', tags: ['v1'] },
  ],
};

let job: JobWorld;
let finished: FinishedRun;
let before: ReturnType<LocalRegistry['snapshot']>;

beforeAll(async () => {
  job = await startJobWorld({
    async seed({ registry }) {
      for (const [repository, patches] of Object.entries(REGISTRY)) {
        const target = registryTarget(registry, repository);
        const source = await debianImage({ app: repository, older: MID_2025, curl: false });
        await pushLayout(makeLayout([{ content: source, tags: ['v1'] }]), target);
        const label = `${registry.host}/${repository}:v1`;
        for (const tag of patches) {
          const content = await predecessorPatch({ source, label, note: tag });
          await pushLayout(makeLayout([{ content, tags: [tag] }]), target);
        }
      }
      await seedPolicy(registry, POLICY);
    },
  });
  before = job.world.registry.snapshot();
  finished = await job.runByHttp();
}, 240_000);

afterAll(() => job?.world.close());

it.each([
  ['a/migrated', 'v1-3'],
  ['f/migrated', 'v1-patched'],
  ['l/migrated', 'v1-2'],
])('the run goes on in %s with %s', (repository, patchTag) => {
  const target = finished.target(`${repository}:v1`);

  expect(target).toMatchObject({ state: 'patched', patchTag });
  expect(job.world.registry.snapshot()[repository]?.[patchTag]).toBe(target.patchDigest);
});

it.each(['a/migrated:v1-1', 'a/migrated:v1-2', 'f/migrated:v1-patched'])(
  '%s is a patch of the predecessor, with findings of its own',
  (image) => {
    expect(finished.target(image)).toMatchObject({
      state: 'skipped',
      reason: 'patched-elsewhere',
      origin: 'predecessor',
      beforeFixable: expect.any(Number),
    });
  },
);

it('the run deletes nothing, and moves only the floating tag', () => {
  const after = job.world.registry.snapshot();

  for (const repository of Object.keys(REGISTRY)) {
    const { 'v1-patched': _, ...kept } = before[repository] ?? {};
    expect(after[repository]).toMatchObject(kept);
  }
});
