import type { ContainerSpec } from '../../lib/containers/container-groups.ts';
import { type Digest, digestOf, sha256Hex } from '../../lib/image/digest.ts';
import { ImageConfig, ImageManifest } from '../../lib/image/manifest.ts';
import type { RepositoryName } from '../../lib/image/reference.ts';
import type { BlockedPackage } from '../../lib/job/blocked-package.ts';
import type { PatchJobFile, ScanJobFile } from '../../lib/job/job-file.ts';
import type { JobResult, PatchJobResult, ScanJobResult } from '../../lib/job/job-result.ts';
import type { Registry } from '../../lib/registry/registry.ts';
import { jobFileOf } from '../fakes/job-file-of.ts';
import type { MemoryBlobs } from '../fakes/memory-blobs.ts';
import type { MemoryRegistry } from '../fakes/memory-registry.ts';
import { fileLayer } from './file-layer.ts';

/** A Trivy report of an image. */
export type Report = Readonly<Record<string, unknown>>;

export interface WorkerScript {
  /** Makes the report from the layers, so that a patched image differs from its source. */
  report(layers: readonly Digest[]): Report;
  readonly advisoryPlatforms?: readonly string[];
  /** Replaces the outcome of a patch: it may throw, lie or return another outcome. */
  patch?(image: PatchJobFile['images'][number]): PatchJobResult['images'][number] | undefined;
  /** The result of the probe; the default is `mount-free`. */
  builder?(): Pick<PatchJobResult, 'builder' | 'refusals'>;
  /** Extra entries of the result, for images that are not of the job. */
  also?(): PatchJobResult['images'];
  /** The packages that a patch does not update. */
  blocked?(): readonly BlockedPackage[];
  /** The bytes of the added layer. */
  layer?: Uint8Array;
}

/** Does a worker's job without a container, with only the container's token and job file. */
export async function runScriptedWorker(
  spec: ContainerSpec,
  world: { readonly registry: MemoryRegistry; readonly blobs: MemoryBlobs; readonly now: Date },
  script: WorkerScript,
): Promise<void> {
  const file = jobFileOf(spec, world.blobs);
  const config = JSON.parse(spec.secretFiles['config.json'] ?? '');
  const registry = world.registry.withToken(config.auths[file.registry].registrytoken);
  const at = world.now.toISOString();
  const base = {
    version: 1,
    jobId: file.jobId,
    attempt: file.attempt,
    startedAt: at,
    finishedAt: at,
    tools: { scripted: '1' },
  } as const;
  const result: JobResult =
    file.kind === 'scan'
      ? { ...base, ...(await scan(file, registry, world.blobs, script)) }
      : { ...base, ...(await patch(file, registry, script)) };
  await world.blobs.putThrough(file.resultUrl, Buffer.from(JSON.stringify(result)));
}

async function scan(
  file: ScanJobFile,
  registry: Registry,
  blobs: MemoryBlobs,
  script: WorkerScript,
): Promise<Pick<ScanJobResult, 'kind' | 'advisoryPlatforms' | 'images'>> {
  const images: ScanJobResult['images'] = [];
  for (const image of file.images) {
    const manifest = await readManifest(registry, image.repository, image.digest);
    const report = script.report(manifest.layers.map((layer) => layer.digest));
    const bytes = Buffer.from(JSON.stringify(report));
    await blobs.putThrough(image.reportUrl, bytes);
    images.push({
      digest: image.digest,
      outcome: 'scanned',
      reportSha256: sha256Hex(bytes),
    });
  }
  const advisoryPlatforms = [...(script.advisoryPlatforms ?? ['debian 12'])];
  return { kind: 'scan', advisoryPlatforms, images };
}

async function patch(
  file: PatchJobFile,
  registry: Registry,
  script: WorkerScript,
): Promise<Pick<PatchJobResult, 'kind' | 'images' | 'builder' | 'refusals'>> {
  const chosen = script.builder?.() ?? { builder: 'mount-free' };
  if (chosen.builder === undefined) {
    const failed = { outcome: 'failed', failure: 'builder-unavailable', message: 'none' } as const;
    return {
      kind: 'patch',
      ...chosen,
      images: file.images.map(({ digest }) => ({ digest, ...failed })),
    };
  }
  const images: PatchJobResult['images'] = [];
  for (const image of file.images) {
    const scripted = script.patch?.(image);
    if (scripted !== undefined) {
      images.push(scripted);
      continue;
    }
    const staged = await pushPatch(file, registry, image, script.layer ?? (await fileLayer({})));
    const blocked = [...(script.blocked?.() ?? [])];
    images.push({ digest: image.digest, outcome: 'patched', staged, blocked });
  }
  return { kind: 'patch', ...chosen, images: [...images, ...(script.also?.() ?? [])] };
}

/**
 * Pushes a patch as Copa does: the source's layers, one more, and the label `BaseImage`. BuildKit drops
 * the variant of amd64.
 */
async function pushPatch(
  file: PatchJobFile,
  registry: Registry,
  image: PatchJobFile['images'][number],
  layer: Uint8Array,
): Promise<Digest> {
  const { staging } = file;
  const repository = image.copy === undefined ? file.repository : staging;
  const base = image.copy ?? image.digest;
  const manifest = await readManifest(registry, repository, base);
  const source = await registry.blob(repository, manifest.config.digest, 1_000_000);
  const config = ImageConfig.parse(JSON.parse(Buffer.from(source ?? []).toString()));
  const reference = `${file.registry}/${repository}@${base}`;
  const patched = {
    ...config,
    variant: undefined,
    config: { ...config.config, labels: { BaseImage: reference } },
    rootfs: {
      ...config.rootfs,
      diff_ids: [...(config.rootfs.diff_ids ?? []), digestOf(layer)],
    },
  };
  const bytes = Buffer.from(JSON.stringify(patched));
  for (const { digest } of manifest.layers) {
    const content = await registry.blob(repository, digest, 10_000_000);
    await registry.putBlob(staging, digest, content ?? new Uint8Array());
  }
  await registry.putBlob(staging, digestOf(layer), layer);
  await registry.putBlob(staging, digestOf(bytes), bytes);
  const [first] = manifest.layers;
  const body = {
    ...manifest,
    config: { ...manifest.config, digest: digestOf(bytes), size: bytes.length },
    layers: [
      ...manifest.layers,
      { mediaType: first?.mediaType, digest: digestOf(layer), size: layer.length },
    ],
  };
  return registry.putManifest(staging, image.stagingTag, {
    bytes: Buffer.from(JSON.stringify(body)),
    mediaType: manifest.mediaType ?? '',
  });
}

async function readManifest(
  registry: Registry,
  repository: RepositoryName,
  digest: Digest,
): Promise<ImageManifest> {
  const stored = await registry.manifest(repository, digest);
  return ImageManifest.parse(JSON.parse(Buffer.from(stored?.bytes ?? []).toString()));
}
