import { type AddedFiles, mergeLayers } from '../../image/change/added-files.ts';
import { judgeChanges } from '../../image/change/judge-changes.ts';
import { readSource } from '../../image/change/read-source.ts';
import type { Descriptor } from '../../image/manifest.ts';
import type { PinnedImage } from '../../image/reference.ts';
import type { Finding } from '../../report/finding.ts';
import type { ReportedPackage } from '../../report/package-files.ts';
import type { Outcome } from '../records/reasons.ts';
import { type BlobReader, openUntil } from './open-until.ts';
import { readAddedLayers, suspicious } from './read-added-layers.ts';

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
/** Added to the detail of a refusal, which may be wrong then. */
const UNREAD = " (the source's layers were not read to their end, so not all owners are known)";

/** What the added layers change, and what the source says of the changed paths. */
export interface ReadPatch {
  readonly added: AddedFiles;
  readonly source: Awaited<ReturnType<typeof readSource>>;
}

export interface ReadTimes {
  /** The added layers are read no longer. */
  readonly added: Date;
  /** The source's layers are read no further. */
  readonly source: Date;
}

export type PatchReading =
  | { readonly refused: Outcome; readonly late?: undefined }
  | { readonly refused?: undefined; readonly late: true }
  | { readonly refused?: undefined; readonly late?: undefined; readonly patch: ReadPatch };

/**
 * Reads the added layers, then the source's until the given time. Needs no report. `late` if there
 * was no time to read the added layers to their end.
 */
export async function readPatch(
  services: BlobReader,
  layers: PatchedLayers,
  until: ReadTimes,
): Promise<PatchReading> {
  const { pinned, added: own, diffIds } = layers;
  const given = { repository: pinned.repository, layers: own, diffIds };
  const read = await readAddedLayers(services, given, { until: until.added });
  if (!('files' in read)) return read;
  const added = mergeLayers(read.files);
  const source = await readSourceOf(services, layers, { added, until: until.source });
  return { patch: { added, source } };
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
  services: BlobReader,
  { pinned, source }: PatchedLayers,
  { added, until }: { readonly added: AddedFiles; readonly until: Date },
): ReturnType<typeof readSource> {
  const tooLarge = source.reduce((sum, { size }) => sum + size, 0) > MAX_SOURCE_BYTES;
  const { repository } = pinned;
  const layers = source.toReversed().map(
    ({ digest }) =>
      () =>
        openUntil(services, { repository, digest }, until),
  );
  return readSource(layers, added, () => tooLarge || services.clock.now() >= until);
}
