import * as z from 'zod';
import { newest } from '../history/find-run.ts';
import type { History } from '../history/history.ts';
import { targetsOf } from '../history/run-targets.ts';
import { Annotation } from '../image/annotations.ts';
import { Digest } from '../image/digest.ts';
import { inParallel } from '../in-parallel.ts';
import { readJson } from '../json/read-json.ts';
import type { InventoryTag } from '../pipeline/records/inventory-tag.ts';
import type { Registry } from '../registry/registry.ts';
import type { Sleep } from '../sleep.ts';
import { claimedBase } from './claimed-base.ts';
import type { Lineage, LineagePatch } from './lineage.ts';
import { type PatchInRows, patchesInRows, sourceOf } from './patches-in-rows.ts';
import { readReferrers, unreadReferrers } from './referrers.ts';
import { unread } from './unread.ts';
import { type Ask, type Asked, withinTime } from './within-time.ts';

const LOOKED_AT = 30;
const REQUESTS_AT_ONCE = 3;
const MOST_PATCHES = 5;
/** Below the limit of a person's patience, and of the page's own requests. */
const LONGEST_MS = 20_000;

export interface LineageServices {
  readonly history: Pick<History, 'queries' | 'tables'>;
  readonly registry: Pick<Registry, 'manifest' | 'referrers'>;
  readonly sleep: Sleep;
}

/**
 * Reads where an image comes from and what was made from it. Storage: one operation, and a point read for
 * each of 30 runs. Registry: at most 14 requests if no list of referrers has several pages.
 */
export async function imageLineage(
  { history, registry, sleep }: LineageServices,
  image: InventoryTag,
): Promise<Lineage> {
  const runs = await newest(history, LOOKED_AT);
  const ids = runs.map(({ id }) => id);
  const known = patchesInRows(image, await targetsOf(history, ids, image));
  const shown = known.slice(0, MOST_PATCHES);
  const [base, source, patches] = await withinTime(sleep, LONGEST_MS, (ask) =>
    Promise.all([
      baseOf(ask, registry, image),
      sourcePart(ask, registry, image),
      inParallel(shown, REQUESTS_AT_ONCE, (patch) => patchPart(ask, registry, image, patch)),
    ]),
  );
  return {
    image: `${image.repository}:${image.tag}`,
    ...base,
    source,
    patches: [...patches],
    olderPatches: known.length - shown.length,
  };
}

type Annotations = Readonly<Record<string, unknown>>;

/** The source itself, and the index that the tag names. */
function digestsOf(image: InventoryTag): readonly Digest[] {
  const own = image.isPatch === true ? [image.sourceDigest] : [sourceOf(image), image.digest];
  return [...new Set(own.filter((digest) => digest !== undefined))];
}

const NO_DIGEST = unread('no-digest', 'the rows have no digest of the source');

async function baseOf(
  ask: Ask,
  registry: LineageServices['registry'],
  image: InventoryTag,
): Promise<Pick<Lineage, 'base' | 'baseUnread'>> {
  const digests = digestsOf(image);
  if (digests.length === 0) return { base: null, baseUnread: NO_DIGEST };
  for (const digest of digests) {
    const read = await annotationsOf(ask, registry, image, digest);
    if (!read.ok) return { base: null, baseUnread: read.unread };
    const base = claimedBase(read.value);
    if (base !== undefined) return { base, baseUnread: null };
  }
  return { base: null, baseUnread: null };
}

async function sourcePart(
  ask: Ask,
  registry: LineageServices['registry'],
  image: InventoryTag,
): Promise<Lineage['source']> {
  const digests = digestsOf(image);
  return {
    tag: image.isPatch === true ? null : image.tag,
    digest: digests[0] ?? null,
    previousDigest: image.previousDigest ?? null,
    movedAt: image.movedAt?.toISOString() ?? null,
    referrers:
      digests.length === 0
        ? unreadReferrers(NO_DIGEST)
        : await readReferrers(ask, registry, image.repository, digests),
  };
}

/** Rows may know a patch that was deleted since, so its manifest is read first. */
async function patchPart(
  ask: Ask,
  registry: LineageServices['registry'],
  image: InventoryTag,
  known: PatchInRows,
): Promise<LineagePatch> {
  const { digest, newest } = known;
  const patch = {
    tag: known.tag ?? null,
    digest,
    newest,
    publishedBy: known.publishedBy ?? null,
  };
  const read = await annotationsOf(ask, registry, image, digest);
  if (!read.ok) return { ...patch, madeFrom: null, referrers: unreadReferrers(read.unread) };
  const from = new Map(Object.entries(read.value)).get(Annotation.sourceDigest);
  return {
    ...patch,
    madeFrom: Digest.safeParse(from).data ?? null,
    referrers: await readReferrers(ask, registry, image.repository, [digest]),
  };
}

const Annotated = z.looseObject({ annotations: z.record(z.string(), z.unknown()).nullish() });

/** Those of a manifest or an index. One request. */
async function annotationsOf(
  ask: Ask,
  registry: LineageServices['registry'],
  { repository }: InventoryTag,
  digest: Digest,
): Promise<Asked<Annotations>> {
  const read = await ask(() => registry.manifest(repository, digest));
  if (!read.ok) return read;
  const name = `${repository}@${digest}`;
  if (read.value === undefined) {
    return { ok: false, unread: unread('gone', `${name} is not in the registry`) };
  }
  const manifest = readJson(Annotated, read.value.bytes);
  return manifest.ok
    ? { ok: true, value: manifest.value.annotations ?? {} }
    : { ok: false, unread: unread('malformed', `${name} ${manifest.fault}`) };
}
