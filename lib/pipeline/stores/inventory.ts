import type { Digest } from '../../image/digest.ts';
import type { RepositoryName, Tag } from '../../image/reference.ts';
import type { FoundRepository } from '../records/gone-rows.ts';
import type {
  ClaimTerms,
  ImageName,
  InventoryImage,
  PatchFailure,
} from '../records/inventory-image.ts';
import type { InventoryTag } from '../records/inventory-tag.ts';
import type { Run } from '../records/run.ts';
import type { RunId } from '../records/run-id.ts';
import type { Target } from '../records/target.ts';

export type Claim = { readonly ok: true } | { readonly ok: false; readonly heldBy: RunId };

export interface RepositoryCursor {
  readonly repository: RepositoryName;
  readonly cursor: string;
}

/** A patch by ACR Continuous Patching whose tag no list of the policy names. Nothing scans it. */
export interface UnlistedPatch {
  readonly repository: RepositoryName;
  readonly tag: Tag;
  readonly digest: Digest;
  readonly patchOf: Tag;
  readonly runId: RunId;
  readonly seenAt: Date;
}

/**
 * Port: facts about images and tags across runs. Each write is idempotent and retries if another
 * writer changed the record first. Adapter: `TableInventory`.
 */
export interface Inventory {
  findImage(image: ImageName): Promise<InventoryImage | undefined>;
  findTag(tag: Pick<InventoryTag, 'repository' | 'tag'>): Promise<InventoryTag | undefined>;
  /** The tag for which a patch was made, if the inventory has this tag as that patch's only. */
  findPatchBase(
    patch: Pick<InventoryTag, 'repository' | 'tag'> & { readonly digest: Digest },
  ): Promise<Tag | undefined>;
  /** True if the inventory has this tag and digest as a patch by ACR Continuous Patching. */
  isPredecessor(
    patch: Pick<InventoryTag, 'repository' | 'tag'> & { readonly digest: Digest },
  ): Promise<boolean>;
  /** Records a patch by ACR Continuous Patching that is no target. Replaces no row of a target. */
  recordPredecessor(patch: UnlistedPatch): Promise<void>;
  /** Claims an image for a run, or names the run whose claim still counts. */
  claim(image: ImageName, run: Pick<Run, 'id' | 'deadline'>, terms: ClaimTerms): Promise<Claim>;
  /** Ends this run's claim on an image, if it has one. */
  release(image: ImageName, runId: RunId): Promise<void>;
  /** Adds published patches. From then on they are known as ours. */
  rememberPatches(image: ImageName, patches: readonly Digest[]): Promise<void>;
  /** Adds the patch that a run is about to publish. The run has the reports of both scans. */
  rememberNewest(
    image: ImageName,
    newest: { readonly patch: Digest; readonly runId: RunId },
  ): Promise<void>;
  /** Backs off an image after a failed patch. */
  backOff(image: ImageName, failure: PatchFailure): Promise<void>;
  /** Removes the failures of an image after a published patch. */
  endBackOff(image: ImageName): Promise<void>;
  /**
   * Marks the rows of a repository that no longer name an image in use. `before` comes first for each tag,
   * so that a step after a crash repeats it.
   */
  retire(
    repository: RepositoryName,
    found: FoundRepository,
    before?: (tag: Tag) => Promise<void>,
  ): Promise<void>;
  /**
   * Marks the rows of a repository that a run could not read. A later record ends that. Returns false if
   * rows are left for another call.
   */
  markStale(repository: RepositoryName, since: Date): Promise<boolean>;
  /** The next repository with rows, in the order of the cursor; undefined if there is none. */
  nextRepository(after: string): Promise<RepositoryCursor | undefined>;
  /** Records an ended target in the state of its tag, of its newest patch and of their digests. */
  record(target: Target): Promise<void>;
}
