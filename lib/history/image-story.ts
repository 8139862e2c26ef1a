import * as z from 'zod';
import type { InventoryTag } from '../pipeline/records/inventory-tag.ts';
import { RUN_PARTITION } from '../pipeline/stores/tables/table-runs.ts';
import { Limit } from './filter-text.ts';
import { type History, pageOf } from './history.ts';
import { ImageView, imageView } from './image-view.ts';
import { nextStep } from './next-step.ts';
import { targetsOf } from './run-targets.ts';
import { RUN_ROWS } from './runs.ts';
import { TargetView, targetView } from './target-view.ts';

/** An image now, what to do about it, and what the last runs did about it, newest first. */
export const ImageStory = ImageView.extend({
  nextStep: z.string(),
  history: z.array(TargetView),
  /** So many of the newest runs were looked at. */
  runs: z.number().int().positive(),
  /** There are older runs, which may have done something about the image. */
  olderRuns: z.boolean(),
}).meta({ id: 'ImageStory' });
export type ImageStory = z.infer<typeof ImageStory>;

/** How many of the newest runs a story looks at. */
export const StoryFilters = z.strictObject({ runs: Limit(1000).optional() });
export type StoryFilters = z.infer<typeof StoryFilters>;

/** A month of daily runs. */
const STORY_RUNS = 30;

/** One operation for the list of runs, and a point read for each run. */
export async function imageStory(
  history: Pick<History, 'queries' | 'tables'>,
  image: InventoryTag,
  { runs: given }: StoryFilters = {},
): Promise<ImageStory> {
  const runs = given === undefined ? STORY_RUNS : Number(given);
  const newest = await pageOf(history, RUN_ROWS, { partition: RUN_PARTITION, limit: runs });
  const ids = [...new Set([image.runId, ...newest.items.map(({ id }) => id)])].sort().reverse();
  const targets = await targetsOf(history, ids, image);
  return {
    ...imageView(image),
    nextStep: nextStep(image),
    history: targets.map(targetView),
    runs,
    olderRuns: newest.next !== null,
  };
}
