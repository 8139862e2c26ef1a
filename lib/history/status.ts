import * as z from 'zod';
import type { InventoryTag } from '../pipeline/records/inventory-tag.ts';
import { isRunOver } from '../pipeline/records/run.ts';
import { TargetState } from '../pipeline/records/target-states.ts';
import {
  exposureBySeverity,
  patchTimeBySeverity,
  SeverityExposure,
  SeverityPatchTime,
  targetsOf,
} from './exposure-summary.ts';
import { newest } from './find-run.ts';
import type { History } from './history.ts';
import { RunView, runView } from './run-view.ts';
import { IS_TAG, TAG_ROWS } from './tag-rows.ts';

const Sum = z.number().int().nonnegative();
const Findings = z.object({
  critical: Sum,
  high: Sum,
  medium: Sum,
  low: Sum,
  unknown: Sum,
  fixable: Sum,
});
type Findings = z.infer<typeof Findings>;

/** Answers "are we patched?" and "did last night work?". */
export const Status = z
  .object({
    /** The newest run that has ended. */
    lastRun: RunView.nullable(),
    activeRuns: z.array(RunView),
    images: Sum,
    byState: z.partialRecord(TargetState, Sum),
    /** Images whose findings no scan tells. They are in no sum below. */
    countsUnknown: Sum,
    /** Sums over the images that tags name today. */
    findings: Findings,
    /** The same if each image is replaced by its newest patch. */
    findingsWithPatches: Findings,
    /** Images with fixable findings and without a patch that fixes them all. */
    openFixable: Sum,
    /** Each severity, the worst first. */
    exposure: z.array(SeverityExposure).readonly(),
    /** By the runs of the last 90 days, 200 at most. */
    timeToPatch: z.array(SeverityPatchTime).readonly(),
    /** False if the inventory has more images than were counted. */
    complete: z.boolean(),
  })
  .meta({ id: 'Status' });
export type Status = z.infer<typeof Status>;

const RECENT_RUNS = 200;
const PAGE = 1000;
const MOST_PAGES = 50;

/** One operation for the runs, and one for each thousand images, up to 50,000 images. */
export async function readStatus(history: Pick<History, 'queries'>, now: Date): Promise<Status> {
  const runs = await newest(history, RECENT_RUNS);
  const { tags, complete } = await presentTags(history);
  const last = runs.find(isRunOver);
  const targets = targetsOf(runs);
  return {
    lastRun: last === undefined ? null : runView(last),
    activeRuns: runs.filter((run) => !isRunOver(run)).map(runView),
    images: tags.length,
    byState: countedBy(tags),
    countsUnknown: tags.filter(({ counts }) => counts === 'unknown').length,
    findings: summed(tags.map(ownFindings)),
    findingsWithPatches: summed(tags.map(findingsWithPatch)),
    openFixable: tags.filter((tag) => findingsWithPatch(tag).fixable > 0).length,
    exposure: exposureBySeverity(tags, targets, now),
    timeToPatch: patchTimeBySeverity(runs, targets, now),
    complete,
  };
}

async function presentTags({ queries }: Pick<History, 'queries'>) {
  const tags: InventoryTag[] = [];
  const where = [[IS_TAG], [{ column: 'present', is: 'eq' as const, value: true }]];
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await queries.page(TAG_ROWS.table, { where, limit: PAGE, after });
    for (const { entity } of page.rows) {
      const tag = TAG_ROWS.parse(entity);
      if (tag !== undefined) tags.push(tag);
    }
    after = page.next;
    if (after === undefined) return { tags, complete: true };
  }
  return { tags, complete: false };
}

function countedBy(tags: readonly InventoryTag[]): Status['byState'] {
  const counted: Status['byState'] = {};
  for (const { state } of tags) counted[state] = (counted[state] ?? 0) + 1;
  return counted;
}

function ownFindings(tag: InventoryTag): Findings {
  const { critical = 0, high = 0, medium = 0, low = 0, unknown = 0, fixable = 0 } = tag;
  return { critical, high, medium, low, unknown, fixable };
}

function findingsWithPatch(tag: InventoryTag): Findings {
  if (tag.patchCounts !== 'known') return ownFindings(tag);
  const { patchCritical: critical = 0, patchHigh: high = 0, patchMedium: medium = 0 } = tag;
  const { patchLow: low = 0, patchUnknown: unknown = 0, patchFixable: fixable = 0 } = tag;
  return { critical, high, medium, low, unknown, fixable };
}

function summed(all: readonly Findings[]): Findings {
  const sum = (name: keyof Findings) => all.reduce((total, one) => total + one[name], 0);
  return {
    critical: sum('critical'),
    high: sum('high'),
    medium: sum('medium'),
    low: sum('low'),
    unknown: sum('unknown'),
    fixable: sum('fixable'),
  };
}
