import type * as z from 'zod';
import { exposureBySeverity, patchTimeBySeverity } from '../../lib/history/exposure-summary.ts';
import { ImageStory } from '../../lib/history/image-story.ts';
import { ImageView } from '../../lib/history/image-view.ts';
import { RunView } from '../../lib/history/run-view.ts';
import { Status } from '../../lib/history/status.ts';
import { TargetView } from '../../lib/history/target-view.ts';
import { EXPOSURE_OF, type Exposure } from '../../lib/pipeline/records/exposure.ts';
import { DEFAULT_TARGET_DAYS } from '../../lib/pipeline/records/target-days.ts';

/** The present of all samples. */
export const NOW = new Date('2026-11-30T08:00:00Z');
export const DIGEST = `sha256:${'4f'.repeat(32)}`;
export const PATCH_DIGEST = `sha256:${'b7'.repeat(32)}`;
const HOUR = 3600_000;

export function hoursAgo(hours: number): string {
  return new Date(NOW.getTime() - hours * HOUR).toISOString();
}

/** A view with null in each field that is not given. Parsed, as the app's answers are. */
function viewWith<Shape extends z.ZodRawShape>(
  view: z.ZodObject<Shape>,
  given: object,
): z.infer<z.ZodObject<Shape>> {
  const empty = Object.fromEntries(Object.keys(view.shape).map((name) => [name, null]));
  return view.parse({ ...empty, ...given });
}

export function anImage(name: string, given: Partial<ImageView> = {}): ImageView {
  const end = name.lastIndexOf(':');
  return viewWith(ImageView, {
    image: name,
    repository: name.slice(0, end),
    tag: name.slice(end + 1),
    state: 'clean',
    runId: '20261130T020000Z-7f3a',
    at: hoursAgo(5),
    present: true,
    presentAt: hoursAgo(5),
    digest: DIGEST,
    sourceDigest: DIGEST,
    isPatch: false,
    counts: 'known',
    ...{ critical: 0, high: 0, medium: 0, low: 0, unknown: 0, fixable: 0 },
    scannedAt: hoursAgo(5),
    ...given,
  });
}

/** Findings of an image: critical, high, medium, low. All have a fix. */
export function found(critical: number, high: number, medium = 0, low = 0): Partial<ImageView> {
  return { critical, high, medium, low, fixable: critical + high + medium + low };
}

export function patchWith(tag: string, high: number, low: number): Partial<ImageView> {
  return {
    patchTag: tag,
    patchDigest: PATCH_DIGEST,
    patchSeenAt: hoursAgo(5),
    patchCounts: 'known',
    ...{ patchCritical: 0, patchHigh: high, patchMedium: 0, patchLow: low, patchUnknown: 0 },
    patchFixable: 0,
    patchScannedAt: hoursAgo(5),
  };
}

export function aRun(runId: string, given: Partial<RunView> = {}): RunView {
  return viewWith(RunView, {
    runId,
    state: 'completed',
    trigger: 'schedule',
    startedBy: 'schedule',
    dryRun: false,
    createdAt: hoursAgo(6),
    finishedAt: hoursAgo(5),
    deadline: hoursAgo(1),
    ...{ targets: 0, active: 0, clean: 0, cleanPartly: 0, patched: 0, alreadyPatched: 0 },
    ...{ planned: 0, waiting: 0, skipped: 0, rejected: 0, failed: 0, canceled: 0 },
    ...given,
  });
}

export function aTarget(image: string, given: Partial<TargetView> = {}): TargetView {
  const end = image.lastIndexOf(':');
  return viewWith(TargetView, {
    image,
    runId: '20261130T020000Z-7f3a',
    repository: image.slice(0, end),
    tag: image.slice(end + 1),
    state: 'patched',
    digest: DIGEST,
    ...given,
  });
}

export function aStory(image: ImageView, given: Partial<ImageStory>): ImageStory {
  return viewWith(ImageStory, {
    ...image,
    nextStep: 'Nothing.',
    history: [],
    runs: 30,
    olderRuns: false,
    ...given,
  });
}

/** The status that the app would answer with for these images and runs. */
export function statusOf(images: readonly ImageView[], runs: readonly RunView[]): Status {
  const isActive = ({ state }: RunView) => state === 'running' || state === 'discovering';
  const byState = Map.groupBy(images, ({ state }) => state);
  return Status.parse({
    lastRun: runs.find((run) => !isActive(run)) ?? null,
    activeRuns: runs.filter(isActive),
    images: images.length,
    byState: Object.fromEntries([...byState].map(([state, all]) => [state, all.length])),
    countsUnknown: images.filter(({ counts }) => counts === 'unknown').length,
    findings: summed(images, (image, name) => image[name]),
    findingsWithPatches: summed(images, (image, name) =>
      image.patchTag === null ? image[name] : image[PATCH_COLUMNS[name]],
    ),
    openFixable: images.filter((image) => image.patchTag === null && (image.fixable ?? 0) > 0)
      .length,
    exposure: exposureBySeverity(images.map(exposureOfView), DEFAULT_TARGET_DAYS, NOW),
    timeToPatch: patchTimeBySeverity(
      runs.map(({ createdAt, patchDays }) => ({
        createdAt: new Date(createdAt ?? NOW),
        patchDays: patchDays ?? undefined,
      })),
      DEFAULT_TARGET_DAYS,
      NOW,
    ),
    complete: true,
  });
}

function exposureOfView(image: ImageView): Exposure {
  const columns = Object.values(EXPOSURE_OF).flatMap((column) => {
    const since = image[column];
    return since === null ? [] : [[column, new Date(since)] as const];
  });
  return Object.fromEntries(columns);
}

const PATCH_COLUMNS = {
  critical: 'patchCritical',
  high: 'patchHigh',
  medium: 'patchMedium',
  low: 'patchLow',
  unknown: 'patchUnknown',
  fixable: 'patchFixable',
} as const;
type Column = keyof typeof PATCH_COLUMNS;

function summed(
  images: readonly ImageView[],
  count: (image: ImageView, column: Column) => number | null,
): Status['findings'] {
  const sum = (column: Column) =>
    images.reduce((total, image) => total + (count(image, column) ?? 0), 0);
  return {
    critical: sum('critical'),
    high: sum('high'),
    medium: sum('medium'),
    low: sum('low'),
    unknown: sum('unknown'),
    fixable: sum('fixable'),
  };
}
