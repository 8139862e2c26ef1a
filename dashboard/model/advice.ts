import type { ImageView } from '../../lib/history/image-view.ts';
import { nextStep } from '../../lib/history/next-step.ts';

/** What to do about an image, in the words of the command line. */
export function adviceFor(image: ImageView): string {
  const { state, reason, present, repository, patchTag } = image;
  return nextStep({
    state,
    present,
    repository,
    reason: reason ?? undefined,
    patchTag: patchTag ?? undefined,
  });
}
