import * as z from 'zod';
import type { Job } from './job.ts';

/** What Azure asks for container groups, in any currency. */
export interface Prices {
  readonly vcpuHour: number;
  readonly gbHour: number;
  /** Times which a Confidential group costs more. Without it, such groups have no cost. */
  readonly confidentialFactor: number | undefined;
  /** For 10,000 requests to storage. Without it, they have no cost. */
  readonly storageOperations?: number | undefined;
  readonly currency: string;
}

const Count = z.number().int().nonnegative().optional();
const Amount = z.number().nonnegative().optional();

/**
 * What a run's ended container groups used, its requests to storage, and the estimated cost. Rows of earlier
 * versions lack all columns; without prices, those of the cost are absent.
 */
export const RUN_USE_COLUMNS = {
  groups: Count,
  /** Groups that may have existed, and that nothing else here counts. */
  unseenGroups: Count,
  scanSeconds: Count,
  patchSeconds: Count,
  verifySeconds: Count,
  vcpuSeconds: Amount,
  gbSeconds: Amount,
  /** Requests to storage, at least. Absent if an earlier version started the run. */
  storageOperations: Count,
  scanCost: Amount,
  patchCost: Amount,
  verifyCost: Amount,
  /** Absent without a price of storage; then `cost` has container groups only. */
  storageCost: Amount,
  /** The sum, in `currency`. */
  cost: Amount,
  currency: z.string().optional(),
};
/** Takes these columns from a run. */
export const RunUse = z.object(RUN_USE_COLUMNS);
export type RunUse = z.infer<typeof RunUse>;

const HOUR_SECONDS = 3600;
/** The number of requests that has a price. */
const PRICED_OPERATIONS = 10_000;

/** A run's requests to storage: those that its own row counts, and those of its jobs' rows. */
export const RUN_OPERATION_COLUMNS = { ownOperations: Count, jobOperations: Count };
const RunOperations = z.object(RUN_OPERATION_COLUMNS);
type RunOperations = z.infer<typeof RunOperations>;

export type CountedOperations = Pick<RunOperations, 'ownOperations'> &
  Pick<RunUse, 'storageOperations' | 'storageCost' | 'cost'>;
type GroupCosts = Pick<RunUse, 'scanCost' | 'patchCost' | 'verifyCost' | 'currency'>;

/**
 * Sums the job rows of a run. Groups that still run count once they have ended. `withOperations` adds the
 * whole cost.
 */
export function runUse(
  jobs: readonly Job[],
  prices: Prices | undefined,
): Omit<RunUse, keyof CountedOperations> & Pick<RunOperations, 'jobOperations'> {
  const sum = (
    column: 'groups' | 'unseenGroups' | 'vcpuSeconds' | 'gbSeconds' | 'storageOperations',
  ) => jobs.reduce((all, job) => all + (job[column] ?? 0), 0);
  const secondsOf = (kind: Job['kind']) =>
    jobs.reduce((all, job) => all + (job.kind === kind ? (job.groupSeconds ?? 0) : 0), 0);
  return {
    groups: sum('groups'),
    unseenGroups: sum('unseenGroups'),
    scanSeconds: secondsOf('scan'),
    patchSeconds: secondsOf('patch'),
    verifySeconds: secondsOf('verify'),
    vcpuSeconds: sum('vcpuSeconds'),
    gbSeconds: sum('gbSeconds'),
    jobOperations: sum('storageOperations'),
    ...groupCosts(jobs, prices),
  };
}

/**
 * Adds `more` requests to those of a run's own row, and sums up its requests and its cost. Names each column
 * even if it is absent, so that an earlier value is cleared.
 */
export function withOperations(
  run: RunUse & RunOperations,
  more: number,
  prices: Prices | undefined,
): CountedOperations {
  const { jobOperations = 0, scanCost, patchCost, verifyCost } = run;
  // An earlier version counted nothing, so what the run sent in all is unknown.
  const ownOperations = run.ownOperations === undefined ? undefined : run.ownOperations + more;
  const storageOperations = ownOperations === undefined ? undefined : ownOperations + jobOperations;
  const price = prices?.storageOperations;
  const isPriced = storageOperations !== undefined && price !== undefined;
  const storageCost = isPriced
    ? rounded((storageOperations * price) / PRICED_OPERATIONS)
    : undefined;
  const isKnown = scanCost !== undefined && patchCost !== undefined && verifyCost !== undefined;
  const cost = isKnown
    ? rounded(scanCost + patchCost + verifyCost + (storageCost ?? 0))
    : undefined;
  return { ownOperations, storageOperations, storageCost, cost };
}

/** Names each column even if it is absent, so that an earlier value is cleared. */
function groupCosts(jobs: readonly Job[], prices: Prices | undefined): GroupCosts {
  const costOf = (kind: Job['kind']) =>
    prices === undefined
      ? undefined
      : costOfAll(
          jobs.filter((job) => job.kind === kind),
          prices,
        );
  return {
    scanCost: costOf('scan'),
    patchCost: costOf('patch'),
    verifyCost: costOf('verify'),
    currency: prices?.currency,
  };
}

/** Undefined if the price of one of the groups is unknown. */
function costOfAll(jobs: readonly Job[], prices: Prices): number | undefined {
  let all = 0;
  for (const { vcpuSeconds = 0, gbSeconds = 0, confidential = false } of jobs) {
    const factor = confidential && vcpuSeconds + gbSeconds > 0 ? prices.confidentialFactor : 1;
    if (factor === undefined) return undefined;
    const { vcpuHour, gbHour } = prices;
    all += (factor * (vcpuSeconds * vcpuHour + gbSeconds * gbHour)) / HOUR_SECONDS;
  }
  return rounded(all);
}

/** To a ten-thousandth: a scan of one image may cost less than a hundredth. */
function rounded(amount: number): number {
  return Math.round(amount * 10_000) / 10_000;
}
