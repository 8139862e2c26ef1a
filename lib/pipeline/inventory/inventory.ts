import type { Digest } from '../../image/digest.ts';
import type { RepositoryName } from '../../image/reference.ts';
import {
  type InventoryImageRow,
  type InventoryTagRow,
  imageRowKey,
  inventoryPartition,
  patchDigests,
} from '../records/inventory-row.ts';
import type { RunId } from '../records/run-id.ts';
import type { TargetRow } from '../records/target-row.ts';
import { type Services, secondsAfter } from '../services.ts';

/** Those of one source: all that its column holds, and more than a year of daily ones. */
const REMEMBERED_PATCHES = 420;
/** Races for one row that may be lost one after the other. */
const MAX_TRIES = 50;

export async function inventoryImage(
  services: Services,
  repository: RepositoryName,
  digest: Digest,
): Promise<InventoryImageRow | undefined> {
  const stored = await services.inventoryImages.get(
    inventoryPartition(repository),
    imageRowKey(digest),
  );
  return stored?.row;
}

/** A job that was begun before a run's deadline may go on so long behind it: an attempt and its end. */
const CLAIM_MARGIN_SECONDS = 3600;

/** Takes an image for this run. False: another run has it, and its claim has not run out. */
export async function claimImage(
  services: Services,
  image: { readonly repository: RepositoryName; readonly digest: Digest },
  run: { readonly runId: RunId; readonly deadline: Date },
): Promise<boolean> {
  const claimedUntil = secondsAfter(run.deadline, CLAIM_MARGIN_SECONDS);
  const held = await changeImage(services, image, (row) => {
    const free =
      row.claimedBy === '' ||
      row.claimedBy === run.runId ||
      (row.claimedUntil !== undefined && row.claimedUntil <= services.clock.now());
    return free ? { ...row, claimedBy: run.runId, claimedUntil } : undefined;
  });
  return held?.claimedBy === run.runId;
}

/** Lets an image go, if this run still has it. */
export async function releaseImage(
  services: Services,
  image: { readonly repository: RepositoryName; readonly digest: Digest },
  runId: RunId,
): Promise<void> {
  await changeImage(services, image, (row) =>
    row.claimedBy === runId ? withoutClaim(row) : undefined,
  );
}

/** Remembers patches that stand, or are about to be published: from then on they are known as ours. */
export async function rememberPatches(
  services: Services,
  image: { readonly repository: RepositoryName; readonly digest: Digest },
  patches: readonly Digest[],
): Promise<void> {
  if (patches.length === 0) return;
  await changeImage(services, image, (row) => {
    const known = new Set(patchDigests(row));
    return patches.every((patch) => known.has(patch))
      ? undefined
      : { ...row, patchDigests: withPatches(row, patches) };
  });
}

/** A patch was published: failures of before count no longer. */
export async function endBackOff(
  services: Services,
  image: { readonly repository: RepositoryName; readonly digest: Digest },
): Promise<void> {
  await changeImage(services, image, (row) => {
    if (row.failures === 0) return undefined;
    const { failedRun: _1, failedFingerprint: _2, failedTools: _3, retryAfter: _4, ...rest } = row;
    return { ...rest, failures: 0 };
  });
}

const FIRST_BACK_OFF_HOURS = 20;
const LONGEST_BACK_OFF_HOURS = 14 * 24;

/**
 * After a patch that failed, was refused or did nothing: leave this (digest, findings) alone for a
 * while, longer each time. One run counts once, however many tags the image has.
 */
export async function backOff(services: Services, target: TargetRow): Promise<void> {
  const { repository, sourceDigest: digest, fingerprint, partitionKey: runId } = target;
  if (digest === undefined || fingerprint === undefined) return;
  await changeImage(services, { repository, digest }, (row) => {
    if (row.failedRun === runId) return undefined;
    const failures = row.failedFingerprint === fingerprint ? row.failures + 1 : 1;
    const hours = Math.min(FIRST_BACK_OFF_HOURS * 2 ** (failures - 1), LONGEST_BACK_OFF_HOURS);
    const failedTools = services.options.patchWorkerImage.reference;
    return {
      ...row,
      failures,
      failedRun: runId,
      failedFingerprint: fingerprint,
      failedTools,
      retryAfter: secondsAfter(services.clock.now(), hours * 3600),
    };
  });
}

/** Writes what the run found of this tag; the newest run to look wins. Doing it again is harmless. */
export async function recordInventory(services: Services, target: TargetRow): Promise<void> {
  if (target.tag === '*') return;
  const row: InventoryTagRow = {
    partitionKey: inventoryPartition(target.repository),
    rowKey: target.tag,
    repository: target.repository,
    tag: target.tag,
    state: target.state,
    runId: target.partitionKey,
    at: services.clock.now(),
    ...(target.reason !== undefined && { reason: target.reason }),
    ...(target.digest !== undefined && { digest: target.digest }),
    ...(target.sourceDigest !== undefined && { sourceDigest: target.sourceDigest }),
    ...(target.patchTag !== undefined && { patchTag: target.patchTag }),
    ...(target.patchDigest !== undefined && { patchDigest: target.patchDigest }),
    ...present(target),
  };
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const stored = await services.inventoryTags.get(row.partitionKey, row.rowKey);
    if (stored !== undefined && !isNews(row, stored.row)) return;
    const etag =
      stored === undefined
        ? await services.inventoryTags.insert(row)
        : await services.inventoryTags.replace(
            { ...stillTrue(target, stored.row), ...row },
            stored.etag,
          );
    if (etag !== undefined) return;
  }
  throw new Error(`the inventory of ${target.repository}:${target.tag} changes all the time`);
}

function isNews(row: InventoryTagRow, known: InventoryTagRow): boolean {
  if (row.runId !== known.runId) return row.runId > known.runId;
  return row.state !== known.state || row.reason !== known.reason;
}

/** What an earlier run found of the same image, where this one did not look, or not at the patch. */
function stillTrue(target: TargetRow, known: InventoryTagRow): Partial<InventoryTagRow> {
  if (known.digest !== target.digest) return {};
  const { critical, high, medium, low, unknown, fixable } = known;
  const counts = { critical, high, medium, low, unknown, fixable };
  if (target.reason === 'already-patched') {
    return known.patchDigest === target.patchDigest ? defined(counts) : {};
  }
  if (target.beforeCritical !== undefined) return {};
  const { patchTag, patchDigest } = known;
  return defined({ ...counts, patchTag, patchDigest });
}

function defined(columns: Readonly<Record<string, unknown>>): Partial<InventoryTagRow> {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** The findings that are in the newest image of this tag: the patch's where there is one. */
function present(target: TargetRow): Partial<InventoryTagRow> {
  // The patch that is there was made for just these findings; of the others an earlier run knows.
  if (target.reason === 'already-patched') return { fixable: 0 };
  const after = target.state === 'patched' && target.afterCritical !== undefined;
  const counts = after
    ? {
        critical: target.afterCritical,
        high: target.afterHigh,
        medium: target.afterMedium,
        low: target.afterLow,
        unknown: target.afterUnknown,
        fixable: 0,
      }
    : {
        critical: target.beforeCritical,
        high: target.beforeHigh,
        medium: target.beforeMedium,
        low: target.beforeLow,
        unknown: target.beforeUnknown,
        fixable: target.beforeFixable,
      };
  return defined(counts);
}

/** The column with these patches too, the newest last. */
function withPatches(row: InventoryImageRow, patches: readonly Digest[]): string {
  const digests = [...new Set([...patchDigests(row), ...patches])];
  return JSON.stringify(digests.slice(-REMEMBERED_PATCHES));
}

function withoutClaim(row: InventoryImageRow): InventoryImageRow {
  const { claimedUntil: _, ...rest } = row;
  return { ...rest, claimedBy: '' };
}

/** Reads, changes and writes with the ETag until it holds; undefined from `change` leaves it be. */
async function changeImage(
  services: Services,
  image: { readonly repository: RepositoryName; readonly digest: Digest },
  change: (row: InventoryImageRow) => InventoryImageRow | undefined,
): Promise<InventoryImageRow | undefined> {
  const keys = {
    partitionKey: inventoryPartition(image.repository),
    rowKey: imageRowKey(image.digest),
  };
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const stored = await services.inventoryImages.get(keys.partitionKey, keys.rowKey);
    const row = stored?.row ?? {
      ...keys,
      repository: image.repository,
      digest: image.digest,
      claimedBy: '',
      patchDigests: '[]',
      failures: 0,
    };
    const changed = change(row);
    if (changed === undefined) return stored?.row;
    const etag =
      stored === undefined
        ? await services.inventoryImages.insert(changed)
        : await services.inventoryImages.replace(changed, stored.etag);
    if (etag !== undefined) return changed;
  }
  throw new Error(`the inventory of ${image.repository}@${image.digest} changes all the time`);
}
