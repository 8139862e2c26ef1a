import * as z from 'zod';
import { inParallel } from '../in-parallel.ts';
import type { InventoryTag } from '../pipeline/records/inventory-tag.ts';
import { newest } from './find-run.ts';
import type { History } from './history.ts';
import { ImageView, imageView } from './image-view.ts';
import { nextStep } from './next-step.ts';
import { targetOf } from './run-targets.ts';
import { TargetView, targetView } from './target-view.ts';

/** An image now, what to do about it, and what the last runs did about it, newest first. */
export const ImageStory = ImageView.extend({
  nextStep: z.string(),
  history: z.array(TargetView),
}).meta({ id: 'ImageStory' });
export type ImageStory = z.infer<typeof ImageStory>;

const AT_ONCE = 8;
/** A month of daily runs. */
const STORY_RUNS = 30;

/** One operation for the list of runs, and a point read for each run. */
export async function imageStory(
  history: Pick<History, 'queries' | 'tables'>,
  image: InventoryTag,
): Promise<ImageStory> {
  const runs = await newest(history, STORY_RUNS);
  const ids = [...new Set([image.runId, ...runs.map(({ id }) => id)])].sort().reverse();
  const targets = await inParallel(ids, AT_ONCE, (id) => targetOf(history, id, image));
  const known = targets.filter((target) => target !== undefined);
  return {
    ...imageView(image),
    nextStep: nextStep(image),
    history: known.map(targetView),
  };
}
