import * as z from 'zod';
import { RepositoryName, Tag } from '../../image/reference.ts';
import type { InventoryTag } from './inventory-tag.ts';
import { publishedItsPatch } from './published-patch.ts';

/** What a row of a target says of its scans and its patch. Rows of every version have these columns. */
export const TargetTrace = z.object({
  partitionKey: z.string(),
  repository: RepositoryName,
  tag: Tag,
  scannedAt: z.date().optional(),
  verifiedAt: z.date().optional(),
  state: z.string(),
  patchDigest: z.string().optional(),
  staged: z.string().optional(),
});
export type TargetTrace = z.infer<typeof TargetTrace>;

/**
 * True if the present state of the tag comes from this target: its state, its findings, its newest patch,
 * or the findings of that. Answers about the image read the target's row for details and reports.
 */
export function tagStandsOn(
  known:
    | Pick<InventoryTag, 'present' | 'runId' | 'scannedAt' | 'patchScannedAt' | 'patchDigest'>
    | undefined,
  target: TargetTrace,
): boolean {
  if (known?.present !== true) return false;
  const { partitionKey: runId, scannedAt, verifiedAt, patchDigest } = target;
  return (
    known.runId === runId ||
    isSame(known.scannedAt, scannedAt) ||
    isSame(known.patchScannedAt, verifiedAt) ||
    isSame(known.patchScannedAt, scannedAt) ||
    (known.patchDigest === patchDigest && publishedItsPatch(target))
  );
}

function isSame(one: Date | undefined, other: Date | undefined): boolean {
  return one !== undefined && one.getTime() === other?.getTime();
}
