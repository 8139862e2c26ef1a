import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import { ImageConfig } from '../../../lib/image/manifest.ts';
import { Tag } from '../../../lib/image/reference.ts';
import { BlockReason } from '../../../lib/job/blocked-package.ts';
import type { BuilderRefusal } from '../../../lib/job/builder-report.ts';
import type { PatchJobFile } from '../../../lib/job/job-file.ts';
import {
  PatchFailure,
  type PatchImageResult,
  type PatchJobResult,
} from '../../../lib/job/job-result.ts';
import type { WorkerFault } from '../fault-kinds.ts';
import { LEFT_PACKAGE, type PatchQuality } from '../truth.ts';
import { readManifest, type Work } from './worker-world.ts';

const OTHER_PATCHES = {
  'patch-leaves-packages': 'partial',
  'patch-not-fixed': 'not-fixed',
  'patch-with-new-findings': 'new-findings',
  'patch-loses-packages': 'packages-lost',
  'patch-on-paper': 'on-paper',
  'patch-with-setuid': 'setuid',
  'patch-layer-broken': 'broken',
} as const satisfies Partial<Record<WorkerFault, PatchQuality>>;
const PATCH_FAULTS = [
  'image-not-mentioned',
  'image-not-started',
  'patch-failed',
  'patch-does-nothing',
  'patch-leaves-packages',
  'patch-not-there',
  'patch-is-source',
  'patch-of-another-image',
  'patch-not-fixed',
  'patch-with-new-findings',
  'patch-loses-packages',
  'patch-on-paper',
  'patch-with-setuid',
  'patch-layer-broken',
  'patch-changes-config',
  'patch-drops-layer',
  'patch-is-no-image',
  'staging-littered',
  'secret-in-message',
] as const;

export type SimulatedPatch = Pick<PatchJobResult, 'images' | 'builder' | 'refusals'>;

/** Probes for a builder, and patches each image with it, as far as faults let it. */
export async function simulatePatch(file: PatchJobFile, work: Work): Promise<SimulatedPatch> {
  const refusals = refusalsOf(work);
  if (refusals === undefined) {
    return { builder: 'mount-free', images: await patchAll(file, work) };
  }
  const failed = { outcome: 'failed', failure: 'builder-unavailable', message: 'none' } as const;
  return { images: file.images.map(({ digest }) => ({ digest, ...failed })), refusals };
}

const REFUSED = { name: 'chroot', call: 'chroot', errno: 'EPERM', lasting: true };
const DISK_FULL = { name: 'hardLink', call: 'link', errno: 'ENOSPC', lasting: false };

/** Undefined if a builder works. */
function refusalsOf({ world }: Work): BuilderRefusal[] | undefined {
  if (world.builderRefused) return [REFUSED];
  switch (world.fault(['builder-not-probed', 'builder-claimed-refused'])) {
    case undefined:
      return undefined;
    case 'builder-not-probed':
      return world.pick([[DISK_FULL], []]);
    case 'builder-claimed-refused':
      return [REFUSED];
  }
}

async function patchAll(file: PatchJobFile, work: Work): Promise<PatchImageResult[]> {
  if (work.world.fault(['result-names-a-stranger']) !== undefined) return stranger(file);
  const results: PatchImageResult[] = [];
  for (const image of file.images) {
    const one = await patchOne(file, image, work, results);
    if (one !== undefined) results.push(one);
  }
  return results;
}

async function patchOne(
  file: PatchJobFile,
  image: PatchJobFile['images'][number],
  work: Work,
  before: readonly PatchImageResult[],
): Promise<PatchImageResult | undefined> {
  const { world, secrets } = work;
  const { digest } = image;
  const fault = world.fault(PATCH_FAULTS);
  switch (fault) {
    case 'image-not-mentioned':
      return undefined;
    case 'image-not-started':
      return { digest, outcome: 'not-started' };
    case 'patch-does-nothing':
      return { digest, outcome: 'nothing-to-do' };
    case 'patch-not-there':
      return { digest, outcome: 'patched', staged: digestOf(`not there ${digest}`) };
    case 'patch-is-source':
      return { digest, outcome: 'patched', staged: digest };
    case 'patch-failed': {
      const failure = world.pick(PatchFailure.options);
      return { digest, outcome: 'failed', failure, message: `${failure}: ../../x\r\n@SUM(1)` };
    }
    case 'secret-in-message': {
      const message = `it failed with ${secrets}`;
      return { digest, outcome: 'failed', failure: 'tool-failed', message };
    }
    case 'patch-of-another-image': {
      const other = before.find((one) => one.outcome === 'patched');
      if (other?.outcome === 'patched') return { ...other, digest };
      break;
    }
    default:
      break;
  }
  // The first start of a restarted container has pushed its own patch.
  if (work.end === 'restarted') await pushPatch(file, image, work, fault);
  const staged = await pushPatch(file, image, work, fault);
  if (staged === undefined) {
    return { digest, outcome: 'failed', failure: 'image-not-found', message: 'no such image' };
  }
  if (fault !== 'patch-leaves-packages') return { digest, outcome: 'patched', staged };
  const blocked = [{ package: LEFT_PACKAGE, reason: world.pick(BlockReason.options) }];
  return { digest, outcome: 'patched', staged, blocked };
}

/** Makes a patch as Copa does: the source's layers, one more, and the label `BaseImage`. */
async function pushPatch(
  file: PatchJobFile,
  image: PatchJobFile['images'][number],
  work: Work,
  fault: (typeof PATCH_FAULTS)[number] | undefined,
): Promise<Digest | undefined> {
  const { staging } = file;
  const repository = image.copy === undefined ? file.repository : staging;
  const base = image.copy ?? image.digest;
  const { registry, world } = work;
  const { truth } = world;
  const manifest = await readManifest(registry, repository, base);
  if (manifest === undefined) return undefined;
  const other = OTHER_PATCHES[fault as keyof typeof OTHER_PATCHES] as PatchQuality | undefined;
  const layer = truth.patchLayer(other ?? 'good', new Set(image.findings.map(({ id }) => id)));
  const source = await registry.blob(repository, manifest.config.digest, 1_000_000);
  const config = ImageConfig.parse(JSON.parse(Buffer.from(source ?? []).toString()));
  const kept = fault === 'patch-drops-layer' ? manifest.layers.slice(1) : manifest.layers;
  const changed = fault === 'patch-changes-config' ? { Entrypoint: ['/usr/bin/other'] } : {};
  const patched = {
    ...config,
    config: {
      ...config.config,
      ...changed,
      labels: { BaseImage: `${file.registry}/${repository}@${base}` },
    },
    rootfs: { ...config.rootfs, diff_ids: [...kept.map((one) => one.digest), digestOf(layer)] },
  };
  const bytes = Buffer.from(JSON.stringify(patched));
  if (fault === 'patch-changes-config') truth.noteBadConfig(digestOf(bytes));
  for (const { digest } of kept) {
    const content = await registry.blob(repository, digest, 10_000_000);
    await registry.putBlob(staging, digest, content ?? new Uint8Array());
  }
  await registry.putBlob(staging, digestOf(layer), layer);
  await registry.putBlob(staging, digestOf(bytes), bytes);
  const mediaType = manifest.layers[0]?.mediaType;
  const body = {
    ...manifest,
    config: { ...manifest.config, digest: digestOf(bytes), size: bytes.length },
    layers: [...kept, { mediaType, digest: digestOf(layer), size: layer.length }],
  };
  const pushed = { bytes: Buffer.from(JSON.stringify(body)), mediaType: manifest.mediaType ?? '' };
  if (fault === 'staging-littered') {
    // A hostile package script may push anything under any name in its staging repository.
    const names = [`${image.stagingTag}-litter`, world.pick(['latest', 'annotated', 'v1'])];
    for (const name of names) {
      const litter = { ...body, annotations: { name } };
      const bytes = Buffer.from(JSON.stringify(litter));
      await registry.putManifest(staging, Tag.parse(name), { ...pushed, bytes });
    }
  }
  if (fault === 'patch-is-no-image') {
    const config = { ...body.config, mediaType: 'application/vnd.other.config.v1+json' };
    const bytes = Buffer.from(JSON.stringify({ ...body, config }));
    return registry.putManifest(staging, image.stagingTag, { ...pushed, bytes });
  }
  return registry.putManifest(staging, image.stagingTag, pushed);
}

/** Reports no progress, except for an image that is not of the job. */
function stranger(file: PatchJobFile): PatchImageResult[] {
  const own = file.images.map(({ digest }) => ({ digest, outcome: 'not-started' }) as const);
  return [...own, { digest: digestOf('a stranger'), outcome: 'nothing-to-do' }];
}
