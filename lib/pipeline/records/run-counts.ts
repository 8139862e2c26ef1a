import * as z from 'zod';

const Count = z.number().int().nonnegative();
/** A count that rows of earlier versions lack. */
const LaterCount = Count.default(0);

/** Counts of a run's targets: all, active, and in each final state. */
export const RunCounts = z.object({
  targets: Count,
  active: Count,
  clean: Count,
  /** The clean ones with packages that no advisories cover, or with fewer than ten packages. */
  cleanPartly: Count,
  patched: Count,
  alreadyPatched: Count,
  planned: Count,
  waiting: Count,
  skipped: Count,
  rejected: Count,
  failed: Count,
  canceled: Count,
});
export type RunCounts = z.infer<typeof RunCounts>;

/** The same, of an ended run. */
export const EndCounts = RunCounts.omit({ active: true });

/** The columns of a run's row. */
export const RUN_COUNT_COLUMNS = {
  ...RunCounts.shape,
  cleanPartly: LaterCount,
  alreadyPatched: LaterCount,
  waiting: LaterCount,
};

/** The counts by state, in words and in the order in which people read them. */
export const COUNT_LABELS = [
  ['active', 'active'],
  ['clean', 'clean'],
  ['patched', 'patched'],
  ['alreadyPatched', 'already patched'],
  ['planned', 'planned'],
  ['waiting', 'waiting'],
  ['skipped', 'skipped'],
  ['rejected', 'rejected'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
] as const satisfies readonly (readonly [keyof RunCounts, string])[];
