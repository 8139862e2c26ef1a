import { describe, expect, it } from 'vitest';
import { workerImageChecks } from '../../../lib/doctor/worker-image-checks.ts';
import { TOOL_LABEL, WORKER_TOOLS } from '../../../lib/doctor/worker-tools.ts';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';
import type { PipelineOptions } from '../../../lib/pipeline/services.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryRegistry } from '../../fakes/memory-registry.ts';
import { type ImageSeed, seedImage } from '../../fakes/registry/seed-image.ts';
import { CheckSetup } from './check-setup.ts';

const REPOSITORY = RepositoryName.parse('patchwright/worker');

function labels(tools: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(tools).map(([tool, version]) => [TOOL_LABEL + tool, version]),
  );
}

/** Returns a setup whose registry has this image and whose settings name it. */
async function setupWith(
  image: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly config?: Readonly<Record<string, unknown>>;
    readonly index?: boolean;
  },
  builder: PipelineOptions['builder'] = { kind: 'standard' },
): Promise<CheckSetup> {
  const seed = {
    repository: REPOSITORY,
    config: { config: { Labels: image.labels }, ...image.config },
  };
  const { index, digest } = await seedBoth(new MemoryRegistry({ clock: new ManualClock() }), seed);
  const top = image.index === true ? index : digest;
  const worker = { repository: REPOSITORY, reference: `${REPOSITORY}@${top}` };
  const setup = new CheckSetup({
    pipeline: { builder, scanWorkerImage: worker, patchWorkerImage: worker },
  });
  await seedBoth(setup.world.registry, seed);
  return setup;
}

describe('the check of the scan worker image', () => {
  const shown = 'trivy 0.74.0, bbolt 1.4.3';
  const ofWorker = async (image: Parameters<typeof setupWith>[0]) =>
    (await setupWith(image)).run(workerImageChecks, 'worker-scan-image');

  it.each([
    ['an image', false],
    ['the linux/amd64 image of an index', true],
  ])('passes for %s with the expected tools', async (_, index) => {
    expect(await ofWorker({ labels: labels(WORKER_TOOLS.scan), index })).toEqual({
      status: 'pass',
      detail: shown,
    });
  });

  it('warns of an image without labels', async () => {
    expect(await ofWorker({})).toMatchObject({
      status: 'warn',
      detail: `the image has no labels for its tools; expected: ${shown}`,
    });
  });

  it.each(['65532:65532', 'node'])('warns of an image that starts as user %s', async (user) => {
    const image = { Labels: labels(WORKER_TOOLS.scan), User: user };

    expect(await ofWorker({ config: { config: image } })).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining(`starts as user ${user}, who may not read the secret`),
    });
  });

  it.each(['', '0', 'root', '0:0'])('passes for an image that starts as "%s"', async (user) => {
    const image = { Labels: labels(WORKER_TOOLS.scan), User: user };

    expect(await ofWorker({ config: { config: image } })).toMatchObject({ status: 'pass' });
  });

  it.each([
    ['another version', { trivy: '0.1', bbolt: '1.4.3' }, 'trivy 0.1, not 0.74.0'],
    ['a missing tool', { trivy: '0.74.0' }, 'bbolt of an unknown version, not 1.4.3'],
    ['a long version', { trivy: 'x'.repeat(99), bbolt: '1.4.3' }, `trivy ${'x'.repeat(64)}, not`],
  ])('fails for an image with %s', async (_, tools, detail) => {
    expect(await ofWorker({ labels: labels(tools) })).toMatchObject({
      status: 'fail',
      detail: expect.stringContaining(detail),
      whatToDo: expect.stringContaining('PATCHWRIGHT_SCAN_WORKER_IMAGE'),
    });
  });

  it.each([{ architecture: 'arm64' }, { os: 'windows' }])(
    'fails for an image of another platform: %j',
    async (config) => {
      expect(await ofWorker({ labels: labels(WORKER_TOOLS.scan), config })).toMatchObject({
        status: 'fail',
        detail: expect.stringContaining('container groups run linux/amd64'),
      });
    },
  );

  it('fails if the image is missing', async () => {
    const setup = new CheckSetup();

    expect(await setup.run(workerImageChecks, 'worker-scan-image')).toMatchObject({
      status: 'fail',
      detail: `the registry has no patchwright/worker@${digestOf('the worker')}`,
    });
  });
});

describe('the check of the patch worker image', () => {
  const REMOTE = { kind: 'remote', address: '', tls: { ca: '', cert: '', key: '' } } as const;

  it.each([
    [{ kind: 'standard' }, WORKER_TOOLS.patch],
    [{ kind: 'confidential' }, WORKER_TOOLS['patch-privileged']],
    [REMOTE, WORKER_TOOLS['patch-remote']],
  ] as const)(
    'passes only for the image with the tools of its builder: $kind',
    async (builder, tools) => {
      const right = await setupWith({ labels: labels(tools) }, builder);
      const scanner = await setupWith({ labels: labels(WORKER_TOOLS.scan) }, builder);

      expect(await right.run(workerImageChecks, 'worker-patch-image')).toMatchObject({
        status: 'pass',
      });
      expect(await scanner.run(workerImageChecks, 'worker-patch-image')).toMatchObject({
        status: 'warn',
        whatToDo: expect.stringContaining('PATCHWRIGHT_PATCH_WORKER_IMAGE'),
      });
    },
  );

  it('is skipped without a builder', async () => {
    const setup = new CheckSetup({ pipeline: { builder: { kind: 'none' } } });

    expect(await setup.run(workerImageChecks, 'worker-patch-image')).toMatchObject({
      status: 'skipped',
    });
  });
});

/** Pushes the image and an index in which an image of another platform comes first. */
async function seedBoth(registry: MemoryRegistry, seed: ImageSeed) {
  const other = await seedImage(registry, { ...seed, config: { architecture: 'arm64' } });
  const { digest } = await seedImage(registry, seed);
  const entry = (architecture: string, of: Digest) => ({
    mediaType: MediaType.ociManifest,
    digest: of,
    size: 1,
    platform: { os: 'linux', architecture },
  });
  const manifests = [entry('arm64', other.digest), entry('amd64', digest)];
  const mediaType = MediaType.ociIndex;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  const index = await registry.putManifest(REPOSITORY, digestOf(bytes), { bytes, mediaType });
  return { index, digest };
}
