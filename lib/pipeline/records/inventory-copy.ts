import * as z from 'zod';
import { Digest } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { COVERAGE_COLUMNS, FINDING_COLUMNS } from './finding-counts.ts';
import { Counts, type InventoryTag } from './inventory-tag.ts';
import { Origin } from './origin.ts';

/**
 * What a tag's record says, under another name: of the newest patch under the patch's own tag, and of
 * either image under its digest. It is written together with the tag's record.
 */
export const InventoryCopy = z.object({
  repository: RepositoryName,
  kind: z.enum(['patch', 'digest']),
  /** The tag that names the image. Absent if no tag names the patch. */
  tag: Tag.optional(),
  digest: Digest,
  sourceDigest: Digest.optional(),
  /** Of a patch: the tag that it was made for. */
  patchOf: Tag.optional(),
  /** `predecessor`: of a patch that ACR Continuous Patching made, and no list of the policy names. */
  origin: Origin.optional(),
  present: z.boolean(),
  presentAt: z.date(),
  goneAt: z.date().optional(),
  /** Since when runs could not read its repository. Every other column is older. */
  counts: Counts,
  ...FINDING_COLUMNS,
  ...COVERAGE_COLUMNS,
  scannedAt: z.date().optional(),
  databaseTime: z.date().optional(),
  /** The newest patch, to deploy instead of this image. */
  patchTag: Tag.optional(),
  patchDigest: Digest.optional(),
  runId: z.string(),
});
export type InventoryCopy = z.infer<typeof InventoryCopy>;

/** The copies to write with a tag's record. Each row key occurs once. */
export function copiesOf(
  record: InventoryTag,
  known: InventoryTag | undefined,
): readonly InventoryCopy[] {
  if (!record.present) return [];
  const copies = [...ofImage(record), ...ofPatch(record), ...ofOlderPatch(record, known)];
  const byName = new Map(copies.toReversed().map((copy) => [rowKeyOf(copy), copy]));
  byName.delete(record.tag);
  return [...byName.values()];
}

/** Tags have no colon, so the names of tags and digests can't collide. */
export function rowKeyOf({ kind, tag, digest }: InventoryCopy): string {
  return kind === 'patch' && tag !== undefined ? tag : digest;
}

/**
 * True if a later run found the copy's name as a tag of its own, as it does with a patch whose base was
 * deleted. That row tells more, and is newer.
 */
export function isOutdated(copy: InventoryCopy, own: InventoryTag | undefined): boolean {
  return own !== undefined && own.presentAt > copy.presentAt;
}

/** Under the tag's digest, and under the image's own if the tag names an index. */
function ofImage(record: InventoryTag): readonly InventoryCopy[] {
  const { repository, tag, sourceDigest, presentAt, runId, scannedAt } = record;
  const { counts, critical, high, medium, low, unknown, fixable, patchTag, patchDigest } = record;
  const { packagesCovered, packagesUncovered, databaseTime } = record;
  const own = record.isPatch === true ? [record.digest] : [record.digest, sourceDigest];
  const digests = own.filter((digest) => digest !== undefined);
  return digests.map((digest) => ({
    repository,
    kind: 'digest',
    tag,
    digest,
    sourceDigest,
    present: true,
    presentAt,
    counts,
    ...{ critical, high, medium, low, unknown, fixable },
    ...{ packagesCovered, packagesUncovered, scannedAt, databaseTime },
    patchTag,
    patchDigest,
    runId,
  }));
}

function ofPatch(record: InventoryTag): readonly InventoryCopy[] {
  const { patchDigest, patchTag } = record;
  if (patchDigest === undefined) return [];
  const copy: InventoryCopy = {
    ...patchBase(record),
    tag: patchTag,
    digest: patchDigest,
    counts: record.patchCounts ?? 'unknown',
    critical: record.patchCritical,
    high: record.patchHigh,
    medium: record.patchMedium,
    low: record.patchLow,
    unknown: record.patchUnknown,
    fixable: record.patchFixable,
    packagesCovered: record.packagesCovered,
    packagesUncovered: record.packagesUncovered,
    scannedAt: record.patchScannedAt,
    databaseTime: record.databaseTime,
  };
  const { patchFloatingTag: tag } = record;
  return [...underBothNames(copy), ...(tag === undefined ? [] : [{ ...copy, tag }])];
}

/** Nothing scans a patch that is no longer the newest. A floating tag has left it. */
function ofOlderPatch(
  record: InventoryTag,
  known: InventoryTag | undefined,
): readonly InventoryCopy[] {
  if (known?.patchDigest === undefined || known.patchDigest === record.patchDigest) return [];
  const { patchTag, patchDigest, patchSeenAt } = record;
  const isReplaced = patchTag !== undefined && known.patchTag === patchTag;
  return underBothNames({
    ...patchBase(known),
    ...(isReplaced && { present: false, goneAt: patchSeenAt }),
    tag: known.patchTag,
    digest: known.patchDigest,
    counts: 'unknown',
    patchTag,
    patchDigest,
    runId: record.runId,
  });
}

function patchBase(record: InventoryTag) {
  const { repository, tag: patchOf, sourceDigest, presentAt, runId } = record;
  const seen = { present: true, presentAt: record.patchSeenAt ?? presentAt };
  return { repository, kind: 'patch' as const, patchOf, sourceDigest, ...seen, runId };
}

function underBothNames(copy: InventoryCopy): readonly InventoryCopy[] {
  return [copy, { ...copy, kind: 'digest' }];
}
