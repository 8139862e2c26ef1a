import { type AddedFiles, mergeLayers } from '../../image/change/added-files.ts';
import { judgeChanges } from '../../image/change/judge-changes.ts';
import { readSource } from '../../image/change/read-source.ts';
import { inspectLayer, LAYER_LIMITS } from '../../image/layer/inspect-layer.ts';
import type { LayerFiles } from '../../image/layer/layer-contents.ts';
import type { Descriptor } from '../../image/manifest.ts';
import type { PinnedImage } from '../../image/reference.ts';
import type { Finding } from '../../report/finding.ts';
import type { ReportedPackage } from '../../report/package-files.ts';
import type { Outcome } from '../records/reasons.ts';
import type { Services } from '../services.ts';

export interface LayersCheck {
  readonly refused?: Outcome;
  /** Added files that no package owns. */
  readonly unowned?: number;
  /** Files that have setuid again, which the source had taken away. */
  readonly regained?: readonly string[];
  /** Others of which this is not known, since the source was not read to its end. */
  readonly maybeRegained?: readonly string[];
}

export interface PatchedLayers {
  /** The patch in the staging repository, which has all of its layers. */
  readonly pinned: PinnedImage;
  /** From the lowest to the highest. */
  readonly source: readonly Descriptor[];
  readonly added: readonly Descriptor[];
  /** Of the added layers, as the config has them. */
  readonly diffIds: readonly string[];
}

/** Of compressed layers. A larger source is not read: its download would use up the step's time. */
const MAX_SOURCE_BYTES = 4 * 1024 * 1024 * 1024;
/** A stalled download ends this long after the time for the source, so that its end counts as late. */
const GRACE_MS = 1000;
/** Added to the detail of a refusal, which may be wrong then. */
const UNREAD = " (the source's layers were not read to their end, so not all owners are known)";

interface LayerServices extends Pick<Services, 'clock'> {
  readonly registry: Pick<Services['registry'], 'openBlob'>;
}

/** What the added layers change, and what the source says of the changed paths. */
export interface ReadPatch {
  readonly added: AddedFiles;
  readonly source: Awaited<ReturnType<typeof readSource>>;
}

/** Reads the added layers, then the source's until the given time. Needs no report. */
export async function readPatch(
  services: LayerServices,
  layers: PatchedLayers,
  until: Date,
  /** Of the added layers together, uncompressed. */
  maxAddedBytes = LAYER_LIMITS.maxBytes,
): Promise<
  { readonly refused: Outcome } | { readonly refused?: undefined; readonly patch: ReadPatch }
> {
  const files: LayerFiles[] = [];
  let addedBytes = 0;
  for (const [at, layer] of layers.added.entries()) {
    const blob = await services.registry.openBlob(layers.pinned.repository, layer.digest);
    if (blob === undefined) return { refused: { state: 'failed', reason: 'staging-missing' } };
    const counted = countedBytes(blob);
    const inspection = await inspectLayer(counted.chunks, {
      ...LAYER_LIMITS,
      maxBytes: maxAddedBytes - addedBytes,
    });
    if (!inspection.ok) return { refused: suspicious(inspection.detail) };
    // Runtimes refuse to pull it.
    if (counted.bytes() !== layer.size) {
      return { refused: suspicious('a layer has another size than its manifest says') };
    }
    const { summary } = inspection;
    // Otherwise a runtime would unpack a layer that was not inspected.
    if (summary.diffId !== layers.diffIds[at]) {
      return { refused: suspicious('a layer has a wrong diff id') };
    }
    files.push(summary.files);
    addedBytes += summary.uncompressedBytes;
  }
  const added = mergeLayers(files);
  return { patch: { added, source: await readSourceOf(services, layers, { added, until }) } };
}

/** Checks that an update of the fixed packages explains what the added layers change. */
export function judgePatch(
  { added, source }: ReadPatch,
  reports: {
    readonly before: ReadonlyMap<string, ReportedPackage>;
    readonly after: ReadonlyMap<string, ReportedPackage>;
    readonly fixed: readonly Finding[];
  },
): LayersCheck {
  const { files, complete } = source;
  const { before, after } = reports;
  const fixed = new Set(reports.fixed.map((finding) => finding.package));
  const verdict = judgeChanges({ added, source: files, complete, before, after, fixed });
  const unread = complete ? '' : UNREAD;
  if (!verdict.accepted) return { refused: suspicious(`${verdict.detail}${unread}`) };
  const { accepted: _, ...counted } = verdict;
  return counted;
}

function readSourceOf(
  { clock, registry }: LayerServices,
  { pinned, source }: PatchedLayers,
  { added, until }: { readonly added: AddedFiles; readonly until: Date },
): ReturnType<typeof readSource> {
  const tooLarge = source.reduce((sum, { size }) => sum + size, 0) > MAX_SOURCE_BYTES;
  const layers = source.toReversed().map(
    ({ digest }) =>
      () =>
        registry.openBlob(pinned.repository, digest, millisecondsUntil(until, clock) + GRACE_MS),
  );
  return readSource(layers, added, () => tooLarge || clock.now() >= until);
}

function millisecondsUntil(until: Date, clock: Services['clock']): number {
  return Math.max(0, until.getTime() - clock.now().getTime());
}

/** Passes a stream on and counts its bytes. */
function countedBytes(stream: AsyncIterable<Uint8Array>): {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly bytes: () => number;
} {
  let bytes = 0;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream) {
      bytes += chunk.byteLength;
      yield chunk;
    }
  }
  return { chunks: chunks(), bytes: () => bytes };
}

function suspicious(detail: string): Outcome {
  return { state: 'rejected', reason: 'layer-suspicious', detail };
}
