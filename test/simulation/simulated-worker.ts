import type { GroupSpec } from '../../lib/containers/container-groups.ts';
import { type Digest, digestOf, sha256Hex } from '../../lib/image/digest.ts';
import { ImageConfig, ImageManifest } from '../../lib/image/manifest.ts';
import { type RepositoryName, Tag } from '../../lib/image/reference.ts';
import { JobFile, type PatchJobFile, type ScanJobFile } from '../../lib/job/job-file.ts';
import {
  MAX_RESULT_BYTES,
  PatchFailure,
  type PatchImageResult,
  ScanFailure,
  type ScanImageResult,
} from '../../lib/job/job-result.ts';
import type { Registry } from '../../lib/registry/registry.ts';
import type { MemoryBlobs } from '../fakes/memory-blobs.ts';
import type { MemoryRegistry } from '../fakes/memory-registry.ts';
import type { WorkerFault } from './fault-kinds.ts';
import type { PatchQuality, Truth } from './truth.ts';

export interface WorkerWorld {
  readonly registry: MemoryRegistry;
  readonly blobs: MemoryBlobs;
  readonly truth: Truth;
  readonly now: Date;
  /** Is there a vulnerability database still? */
  readonly database: boolean;
  /** Which fault, if any, out of those that could happen here. */
  fault<Kind extends WorkerFault>(among: readonly Kind[]): Kind | undefined;
  pick<Item>(items: readonly Item[]): Item;
}

export type WorkerEnd = 'result' | 'no-result' | 'half-result' | 'restarted';

const RESULT_FAULTS = [
  'result-malformed',
  'result-too-large',
  'result-of-another-attempt',
  'result-of-another-kind',
] as const;
const SCAN_FAULTS = [
  'image-not-mentioned',
  'image-not-started',
  'scan-failed',
  'report-missing',
  'report-altered',
  'report-malformed',
] as const;
const BAD_PATCHES = {
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
] as const;

/** A container group's worker: it has its job file and one token, and may lie in all it says. */
export async function runSimulatedWorker(
  spec: GroupSpec,
  world: WorkerWorld,
  end: WorkerEnd,
): Promise<void> {
  if (end === 'no-result') return;
  const file = JobFile.parse(JSON.parse(spec.secretFiles['job.json'] ?? ''));
  const config = JSON.parse(spec.secretFiles['config.json'] ?? '');
  const registry = world.registry.withToken(config.auths[file.registry].registrytoken);
  const images =
    file.kind === 'scan'
      ? await scan(file, registry, world, end)
      : await patch(file, registry, world);
  const at = world.now.toISOString();
  const result = {
    version: 1,
    jobId: file.jobId,
    attempt: file.attempt,
    startedAt: at,
    finishedAt: at,
    tools: { simulated: '1' },
    kind: file.kind,
    images,
    ...(file.kind === 'scan' && { advisoryPlatforms: ['debian 12'] }),
  };
  const text = resultText(result, world.fault(RESULT_FAULTS));
  const cut = end === 'half-result' ? text.slice(0, text.length / 2) : text;
  await world.blobs.putThrough(file.resultUrl, Buffer.from(cut));
}

function resultText(
  result: { readonly kind: 'scan' | 'patch'; readonly attempt: number },
  fault: (typeof RESULT_FAULTS)[number] | undefined,
): string {
  switch (fault) {
    case undefined:
      return JSON.stringify(result);
    case 'result-malformed':
      return `{"__proto__":{"kind":"scan"},"images":[${'['.repeat(200)}${']'.repeat(200)}]}`;
    case 'result-too-large':
      return JSON.stringify({ ...result, padding: 'x'.repeat(MAX_RESULT_BYTES) });
    case 'result-of-another-attempt':
      return JSON.stringify({ ...result, attempt: result.attempt + 1 });
    case 'result-of-another-kind':
      return result.kind === 'scan'
        ? JSON.stringify({ ...result, kind: 'patch', advisoryPlatforms: undefined, images: [] })
        : JSON.stringify({ ...result, kind: 'scan', advisoryPlatforms: [], images: [] });
    default:
      return fault satisfies never;
  }
}

async function scan(
  file: ScanJobFile,
  registry: Registry,
  world: WorkerWorld,
  end: WorkerEnd,
): Promise<readonly ScanImageResult[]> {
  const results: ScanImageResult[] = [];
  for (const image of file.images) {
    const one = await scanOne(image, registry, world, end);
    if (one !== undefined) results.push(one);
  }
  return results;
}

async function scanOne(
  image: ScanJobFile['images'][number],
  registry: Registry,
  world: WorkerWorld,
  end: WorkerEnd,
): Promise<ScanImageResult | undefined> {
  const { digest } = image;
  const failed = (failure: ScanFailure) =>
    ({ digest, outcome: 'failed', failure, message: `${failure} <b>\n=cmd()` }) as const;
  if (!world.database) return failed('database-unavailable');
  const fault = world.fault(SCAN_FAULTS);
  if (fault === 'image-not-mentioned') return undefined;
  if (fault === 'image-not-started') return { digest, outcome: 'not-started' };
  if (fault === 'scan-failed') return failed(world.pick(ScanFailure.options));
  const manifest = await readManifest(registry, image.repository, digest);
  if (manifest === undefined) return failed('image-not-found');
  const report = world.truth.report(manifest.layers.map((layer) => layer.digest));
  const bytes = Buffer.from(
    fault === 'report-malformed' ? '{"SchemaVersion":' : JSON.stringify(report),
  );
  // The first life of a container that was restarted has left a report of its own.
  const altered = fault === 'report-altered' || end === 'restarted';
  const written = altered ? withoutFindings(report) : bytes;
  if (altered) world.truth.noteAltered(written);
  if (fault !== 'report-missing') await world.blobs.putThrough(image.reportUrl, written);
  const reportSha256 = sha256Hex(bytes);
  return { digest, outcome: 'scanned', reportSha256, reportBytes: bytes.length };
}

/** As if nothing had been found: whoever believes it calls the image clean. */
function withoutFindings(report: Readonly<Record<string, unknown>>): Uint8Array {
  const results = Array.isArray(report.Results) ? report.Results : [];
  const clean = results.map((one) => ({ ...one, Vulnerabilities: [] }));
  return Buffer.from(`${JSON.stringify({ ...report, Results: clean })} `);
}

async function patch(
  file: PatchJobFile,
  registry: Registry,
  world: WorkerWorld,
): Promise<readonly PatchImageResult[]> {
  const results: PatchImageResult[] = [];
  for (const image of file.images) {
    const one = await patchOne(file, image, registry, world, results);
    if (one !== undefined) results.push(one);
  }
  return results;
}

async function patchOne(
  file: PatchJobFile,
  image: PatchJobFile['images'][number],
  registry: Registry,
  world: WorkerWorld,
  before: readonly PatchImageResult[],
): Promise<PatchImageResult | undefined> {
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
    case 'patch-of-another-image': {
      const other = before.find((one) => one.outcome === 'patched');
      if (other?.outcome === 'patched') return { ...other, digest };
      break;
    }
    default:
      break;
  }
  const staged = await pushPatch(file, image, registry, world.truth, fault);
  if (staged === undefined) {
    return { digest, outcome: 'failed', failure: 'image-not-found', message: 'no such image' };
  }
  return { digest, outcome: 'patched', staged };
}

/** As Copa does: the source's layers, one more, and the label `BaseImage`. */
async function pushPatch(
  file: PatchJobFile,
  image: PatchJobFile['images'][number],
  registry: Registry,
  truth: Truth,
  fault: (typeof PATCH_FAULTS)[number] | undefined,
): Promise<Digest | undefined> {
  const { repository, staging } = file;
  const manifest = await readManifest(registry, repository, image.digest);
  if (manifest === undefined) return undefined;
  const bad = BAD_PATCHES[fault as keyof typeof BAD_PATCHES] as PatchQuality | undefined;
  const layer = truth.patchLayer(bad ?? 'good');
  const source = await registry.blob(repository, manifest.config.digest, 1_000_000);
  const config = ImageConfig.parse(JSON.parse(Buffer.from(source ?? []).toString()));
  const kept = fault === 'patch-drops-layer' ? manifest.layers.slice(1) : manifest.layers;
  const changed = fault === 'patch-changes-config' ? { Entrypoint: ['/usr/bin/other'] } : {};
  const patched = {
    ...config,
    config: {
      ...config.config,
      ...changed,
      labels: { BaseImage: `${file.registry}/${repository}@${image.digest}` },
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
    // Whatever runs in there may push what it likes under any name in its staging repository.
    const litter = { ...pushed, bytes: Buffer.from(JSON.stringify({ ...body, annotations: {} })) };
    await registry.putManifest(staging, Tag.parse(`${image.stagingTag}-litter`), litter);
  }
  if (fault === 'patch-is-no-image') {
    const config = { ...body.config, mediaType: 'application/vnd.other.config.v1+json' };
    const bytes = Buffer.from(JSON.stringify({ ...body, config }));
    return registry.putManifest(staging, image.stagingTag, { ...pushed, bytes });
  }
  return registry.putManifest(staging, image.stagingTag, pushed);
}

async function readManifest(
  registry: Registry,
  repository: RepositoryName,
  digest: Digest,
): Promise<ImageManifest | undefined> {
  const stored = await registry.manifest(repository, digest);
  if (stored === undefined) return undefined;
  return ImageManifest.parse(JSON.parse(Buffer.from(stored.bytes).toString()));
}
