import { annotateManifest } from '../../image/annotate.ts';
import { Annotation } from '../../image/annotations.ts';
import { configOfPatch } from '../../image/copa-config.ts';
import { type Digest, digestOf } from '../../image/digest.ts';
import { formatTagged } from '../../image/reference.ts';
import type { PatchJobResult } from '../../job/job-result.ts';
import type { StoredManifest } from '../../registry/registry.ts';
import { type ParsedImage, readImage, readImageAt } from '../discovery/read-image.ts';
import type { HeldJob } from '../held-job.ts';
import type { Outcome } from '../records/reasons.ts';
import type { Run } from '../records/run.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { annotatedTag, stagingOf } from '../staging/staging-names.ts';
import { allTargets, type SourceImage } from '../targets/job-targets.ts';
import type { PartialPatch } from './accept-blocked.ts';
import { describeTools } from './describe-tools.ts';

/** Why a claimed patch can't be staged. If `again` is set, another attempt may succeed. */
export interface StageRefusal {
  readonly outcome: Outcome;
  readonly again: boolean;
}

/**
 * Puts the patch that Copa pushed back into staging, with our annotations and without Copa's label.
 * The verify job scans that manifest, and the publish job publishes it byte for byte.
 */
export async function stagePatch(
  services: Services,
  options: {
    readonly held: HeldJob;
    readonly image: SourceImage;
    readonly claimed: Digest;
    readonly partial: PartialPatch | undefined;
    readonly result: PatchJobResult;
  },
): Promise<StageRefusal | undefined> {
  const { registry } = services;
  const { held, image, claimed, partial, result } = options;
  const run = await services.runs.find(held.job.runId);
  if (run === undefined) throw new Error('the run of this job does not exist');
  const staging = stagingOf(image.repository);
  const pushed = await registry.manifest(staging, claimed);
  if (pushed === undefined) {
    const detail = 'the result names a patch that is not in the staging repository';
    return { outcome: { state: 'failed', reason: 'staging-missing', detail }, again: true };
  }
  const source = await readImageAt(registry, image.repository, image.digest);
  if (source === undefined) {
    return { outcome: { state: 'skipped', reason: 'source-changed' }, again: false };
  }
  const patched = await readImage(registry, staging, pushed);
  if (patched === undefined) {
    const detail = 'the staged manifest is not an image';
    return { outcome: { state: 'rejected', reason: 'manifest-changed', detail }, again: false };
  }
  const tools = describeTools(result.tools);
  const named = await firstNamed(services, held, image);
  const annotations = annotationsOf(services, { run, image, named, tools, partial });
  held.assertHeld();
  const staged = await putAnnotated(services, {
    held,
    image,
    pushed,
    patched,
    source,
    annotations,
  });
  const made = { tools, ...(result.builder !== undefined && { builder: result.builder }) };
  const movedAt = services.clock.now();
  const changes = { movedAt, stagedRepository: staging, staged, ...made, ...partial };
  for (const target of image.targets) await services.targets.move(target, 'verifying', changes);
  return undefined;
}

/** Returns the same target after a crash, even if some of the image's targets have moved on. */
async function firstNamed(
  services: Services,
  held: HeldJob,
  image: SourceImage,
): Promise<Target | undefined> {
  const ofImage = (await allTargets(services, held.job)).filter(
    ({ fingerprint, repository, sourceDigest }) =>
      fingerprint !== undefined && repository === image.repository && sourceDigest === image.digest,
  );
  return ofImage.sort((a, b) => (a.tag < b.tag ? -1 : 1))[0];
}

function annotationsOf(
  { registry }: Services,
  patch: {
    readonly run: Run;
    readonly image: SourceImage;
    readonly named: Target | undefined;
    readonly tools: string;
    readonly partial: PartialPatch | undefined;
  },
): Readonly<Record<string, string>> {
  const { run, image, named, tools, partial } = patch;
  return {
    [Annotation.originKind]: 'image-ref',
    ...(named !== undefined &&
      named.tag !== '*' && {
        [Annotation.originName]: formatTagged(registry.host, named.repository, named.tag),
      }),
    [Annotation.originDigest]: image.digest,
    [Annotation.sourceRepository]: image.repository,
    [Annotation.sourceDigest]: image.digest,
    [Annotation.fingerprint]: partial?.fixedFingerprint ?? named?.fingerprint ?? '',
    [Annotation.run]: run.id,
    [Annotation.policy]: run.policyDigest ?? '',
    [Annotation.tools]: tools,
  };
}

/** Puts the config of the patch, then the annotated manifest. Returns its digest. */
async function putAnnotated(
  { registry }: Services,
  patch: {
    readonly held: HeldJob;
    readonly image: SourceImage;
    readonly pushed: StoredManifest;
    readonly patched: ParsedImage;
    readonly source: ParsedImage;
    readonly annotations: Readonly<Record<string, string>>;
  },
): Promise<Digest> {
  const { held, image, pushed, patched, source, annotations } = patch;
  const staging = stagingOf(image.repository);
  const configBytes = configOfPatch(patched.configBytes, source.config);
  const config = { digest: digestOf(configBytes), size: configBytes.length };
  await registry.putBlob(staging, config.digest, configBytes);
  const bytes = annotateManifest({
    staged: pushed.bytes,
    source: source.manifest,
    config,
    annotations,
  });
  held.assertHeld();
  return registry.putManifest(staging, annotatedTag(held.job, image.digest), {
    bytes,
    mediaType: pushed.mediaType,
  });
}
