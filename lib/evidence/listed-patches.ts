import { publishedItsPatch } from '../pipeline/records/published-patch.ts';
import type { Target } from '../pipeline/records/target.ts';
import { type MissingEvidence, missing } from './evidence-part.ts';

/** The patches that a bundle lists. Each was verified in the run that published it. */
export class ListedPatches {
  /** By `REPOSITORY@DIGEST`: true if a run of the bundle published the patch. */
  readonly #published = new Map<string, boolean>();

  add(target: Target): void {
    const { repository, patchDigest } = target;
    if (patchDigest === undefined) return;
    const patch = `${repository}@${patchDigest}`;
    const wasPublished = this.#published.get(patch) === true;
    this.#published.set(patch, wasPublished || publishedItsPatch(target));
  }

  *unverified(): Generator<MissingEvidence> {
    for (const [patch, isPublished] of this.#published) {
      if (isPublished) continue;
      yield missing(`the verification of ${patch}`, 'no run of the range published this patch');
    }
  }
}
