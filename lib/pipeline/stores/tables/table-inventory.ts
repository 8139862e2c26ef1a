import type { Digest } from '../../../image/digest.ts';
import type { RepositoryName, Tag } from '../../../image/reference.ts';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { TypedTable } from '../../../storage/typed-table.ts';
import type { FoundRepository } from '../../records/gone-rows.ts';
import { copiesOf, type InventoryCopy, isOutdated } from '../../records/inventory-copy.ts';
import {
  type ClaimTerms,
  type ImageName,
  type InventoryImage,
  type PatchFailure,
  withClaim,
  withFailure,
  withNewestPatch,
  withoutClaim,
  withoutFailures,
  withPatches,
} from '../../records/inventory-image.ts';
import type { InventoryTag } from '../../records/inventory-tag.ts';
import { withTarget } from '../../records/merge-tag.ts';
import type { Run } from '../../records/run.ts';
import type { RunId } from '../../records/run-id.ts';
import type { Target } from '../../records/target.ts';
import type { Claim, Inventory, RepositoryCursor, UnlistedPatch } from '../inventory.ts';
import { LOWEST_KEY, repositoryOf } from './inventory-keys.ts';
import { CopyRow, copyIn, copyRow, TagRow, tagIn, tagKeys, tagRow } from './inventory-rows.ts';
import { markStale } from './mark-stale.ts';
import { retireRows } from './retire-rows.ts';
import { TableImages } from './table-images.ts';

/** Attempts to write one row in a race with other writers. */
const MAX_TRIES = 50;

/** PatchwrightInventory, and the app's own rows of images. */
export class TableInventory implements Inventory {
  readonly #tables: Tables;
  readonly #tags: TypedTable<TagRow>;
  readonly #copies: TypedTable<CopyRow>;
  readonly #images: TableImages;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#tags = new TypedTable({ tables, table: TABLES.inventory, schema: TagRow });
    this.#copies = new TypedTable({ tables, table: TABLES.inventory, schema: CopyRow });
    this.#images = new TableImages(tables);
  }

  findImage(image: ImageName): Promise<InventoryImage | undefined> {
    return this.#images.find(image);
  }

  async findTag(tag: Pick<InventoryTag, 'repository' | 'tag'>): Promise<InventoryTag | undefined> {
    return (await this.#read(tag))?.tag;
  }

  async findPatchBase(
    patch: Pick<InventoryTag, 'repository' | 'tag'> & { readonly digest: Digest },
  ): Promise<Tag | undefined> {
    const { partitionKey, rowKey } = tagKeys(patch);
    const stored = await this.#tables.get(TABLES.inventory, partitionKey, rowKey);
    const copy = stored && copyIn(stored.entity);
    return copy?.digest === patch.digest ? copy.patchOf : undefined;
  }

  async isPredecessor(
    patch: Pick<InventoryTag, 'repository' | 'tag'> & { readonly digest: Digest },
  ): Promise<boolean> {
    const { partitionKey, rowKey } = tagKeys(patch);
    const stored = await this.#tables.get(TABLES.inventory, partitionKey, rowKey);
    const row = stored && (tagIn(stored.entity) ?? copyIn(stored.entity));
    return row?.origin === 'predecessor' && row.digest === patch.digest;
  }

  async recordPredecessor({ seenAt: presentAt, ...patch }: UnlistedPatch): Promise<void> {
    const known = await this.#read(patch);
    // A row of its own that is gone says less: the policy lists the tag no longer.
    if (known?.tag?.present === true) return;
    const seen = { origin: 'predecessor', present: true, presentAt, counts: 'unknown' } as const;
    const row = copyRow({ ...patch, kind: 'patch', ...seen });
    const first = { entity: this.#copies.encode(row), etag: known?.etag };
    // Another writer knows at least as much, and the next run records it again.
    await this.#tables.writeTogether(TABLES.inventory, first, []);
  }

  async claim(
    image: ImageName,
    run: Pick<Run, 'id' | 'deadline'>,
    terms: ClaimTerms,
  ): Promise<Claim> {
    const known = await this.#images.change(image, (one) => withClaim(one, run, terms));
    const { claimedBy = '' } = known ?? {};
    if (claimedBy === '') throw new Error('a claim was not written');
    return claimedBy === run.id ? { ok: true } : { ok: false, heldBy: claimedBy };
  }

  async release(image: ImageName, runId: RunId): Promise<void> {
    await this.#images.change(image, (known) => withoutClaim(known, runId));
  }

  async rememberPatches(image: ImageName, patches: readonly Digest[]): Promise<void> {
    if (patches.length === 0) return;
    await this.#images.change(image, (known) => withPatches(known, patches));
  }

  async rememberNewest(
    image: ImageName,
    newest: { readonly patch: Digest; readonly runId: RunId },
  ): Promise<void> {
    await this.#images.change(image, (known) => withNewestPatch(known, newest));
  }

  async backOff(image: ImageName, failure: PatchFailure): Promise<void> {
    await this.#images.change(image, (known) => withFailure(known, failure));
  }

  async endBackOff(image: ImageName): Promise<void> {
    await this.#images.change(image, withoutFailures);
  }

  async record(target: Target): Promise<void> {
    const { repository, tag } = target;
    if (tag === '*') return;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const known = await this.#read({ repository, tag });
      const record = withTarget(known?.tag, { ...target, tag });
      if (record === undefined) return;
      const copies = await this.#copiesOf(record, known?.tag);
      const written = await this.#tables.writeTogether(
        TABLES.inventory,
        { entity: this.#tags.encode(tagRow(record)), etag: known?.etag },
        copies.map((copy) => this.#copies.encode(copyRow(copy))),
      );
      if (written !== undefined) return;
    }
    throw new Error(`too many concurrent changes to the inventory of ${repository}:${tag}`);
  }

  async retire(
    repository: RepositoryName,
    found: FoundRepository,
    before?: (tag: Tag) => Promise<void>,
  ): Promise<void> {
    const { former } = await retireRows(this.#tables, repository, found, before);
    for (const digest of former) await this.#images.move({ repository, digest });
  }

  markStale(repository: RepositoryName, since: Date): Promise<boolean> {
    return markStale(this.#tables, repository, since);
  }

  async nextRepository(after: string): Promise<RepositoryCursor | undefined> {
    let cursor = after === '' ? LOWEST_KEY : after;
    while (true) {
      const next = await this.#tables.nextPartition(TABLES.inventory, cursor);
      if (next === undefined) return undefined;
      const repository = repositoryOf(next);
      if (repository !== undefined) return { repository, cursor: next };
      cursor = next;
    }
  }

  /** If the other tag is recorded right after this read, the last look at its run records it again. */
  async #copiesOf(
    record: InventoryTag,
    known: InventoryTag | undefined,
  ): Promise<readonly InventoryCopy[]> {
    const kept: InventoryCopy[] = [];
    for (const copy of copiesOf(record, known)) {
      const { kind, repository, tag } = copy;
      const own =
        kind === 'patch' && tag !== undefined ? await this.findTag({ repository, tag }) : undefined;
      if (!isOutdated(copy, own)) kept.push(copy);
    }
    return kept;
  }

  /** A row of another kind is replaced, so its ETag counts too. */
  async #read(
    tag: Pick<InventoryTag, 'repository' | 'tag'>,
  ): Promise<{ readonly tag: InventoryTag | undefined; readonly etag: string } | undefined> {
    const { partitionKey, rowKey } = tagKeys(tag);
    const stored = await this.#tables.get(TABLES.inventory, partitionKey, rowKey);
    return stored === undefined ? undefined : { tag: tagIn(stored.entity), etag: stored.etag };
  }
}
