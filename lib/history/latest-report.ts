import type { InventoryTag } from '../pipeline/records/inventory-tag.ts';
import { publishedItsPatch } from '../pipeline/records/published-patch.ts';
import type { Target } from '../pipeline/records/target.ts';
import { newest } from './find-run.ts';
import type { History } from './history.ts';
import { targetsOf } from './run-targets.ts';

const LOOKED_AT = 30;

/**
 * The newest target of an image with a report: with the report of its patch, if one of the last 30 runs
 * verified the patch that is the newest now. One operation, and a point read for each run.
 */
export async function latestReport(
  history: Pick<History, 'queries' | 'tables'>,
  image: InventoryTag,
): Promise<Target | undefined> {
  const runs = await newest(history, LOOKED_AT);
  const ids = runs.map(({ id }) => id);
  const found = await targetsOf(history, ids, image);
  const reported = found.filter((one) => one.reportBefore !== undefined);
  const patched = reported.find(
    (one) =>
      one.reportAfter !== undefined &&
      publishedItsPatch(one) &&
      one.patchDigest === image.patchDigest,
  );
  return patched ?? reported[0];
}
