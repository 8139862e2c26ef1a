import type { Digest } from '../../image/digest.ts';
import type { ImageName, InventoryImage, PatchFailure } from '../records/inventory-image.ts';
import type { InventoryTag } from '../records/inventory-tag.ts';
import type { Run } from '../records/run.ts';
import type { RunId } from '../records/run-id.ts';
import type { Target } from '../records/target.ts';

/**
 * Port: what is known of images and tags across runs. Each write reads, changes and writes until no
 * other writer interferes, and does nothing if there is nothing to change. Adapter: `TableInventory`.
 */
export interface Inventory {
  findImage(image: ImageName): Promise<InventoryImage | undefined>;
  findTag(tag: Pick<InventoryTag, 'repository' | 'tag'>): Promise<InventoryTag | undefined>;
  /** Claims an image for a run. False: another run has it, and its claim has not expired. */
  claim(image: ImageName, run: Pick<Run, 'id' | 'deadline'>, now: Date): Promise<boolean>;
  /** Ends this run's claim on an image, if it has one. */
  release(image: ImageName, runId: RunId): Promise<void>;
  /** Remembers patches that are published, or about to be: from then on they are known as ours. */
  rememberPatches(image: ImageName, patches: readonly Digest[]): Promise<void>;
  /** Leaves an image alone for a while: a patch of it failed. */
  backOff(image: ImageName, failure: PatchFailure): Promise<void>;
  /** Forgets the failures of an image: a patch of it was published. */
  endBackOff(image: ImageName): Promise<void>;
  /** Records what a run found of a tag. */
  record(target: Target, at: Date): Promise<void>;
}
