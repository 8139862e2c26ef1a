import * as z from 'zod';
import type { Job } from './job.ts';

/** What Azure asks for container groups, in any currency. */
export interface Prices {
  readonly vcpuHour: number;
  readonly gbHour: number;
  /** Times which a Confidential group costs more. Without it, such groups have no cost. */
  readonly confidentialFactor: number | undefined;
  readonly currency: string;
}

const Count = z.number().int().nonnegative().optional();
const Amount = z.number().nonnegative().optional();

/**
 * What a run's ended container groups used, and the estimated cost. Rows of earlier versions lack all
 * columns; without prices, those of the cost are absent.
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
  scanCost: Amount,
  patchCost: Amount,
  verifyCost: Amount,
  /** The sum of the three, in `currency`. */
  cost: Amount,
  currency: z.string().optional(),
};
const RunUse = z.object(RUN_USE_COLUMNS);
export type RunUse = z.infer<typeof RunUse>;

const HOUR_SECONDS = 3600;

/** Sums the job rows of a run. Groups that still run count once they have ended. */
export function runUse(jobs: readonly Job[], prices: Prices | undefined): RunUse {
  const sum = (column: 'groups' | 'unseenGroups' | 'vcpuSeconds' | 'gbSeconds') =>
    jobs.reduce((all, job) => all + (job[column] ?? 0), 0);
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
    ...costsOf(jobs, prices),
  };
}

/** Names each column even if it is absent, so that an earlier value is cleared. */
function costsOf(
  jobs: readonly Job[],
  prices: Prices | undefined,
): Pick<RunUse, 'scanCost' | 'patchCost' | 'verifyCost' | 'cost' | 'currency'> {
  const costOf = (kind: Job['kind']) =>
    prices === undefined
      ? undefined
      : costOfAll(
          jobs.filter((job) => job.kind === kind),
          prices,
        );
  const [scanCost, patchCost, verifyCost] = [costOf('scan'), costOf('patch'), costOf('verify')];
  const isKnown = scanCost !== undefined && patchCost !== undefined && verifyCost !== undefined;
  const cost = isKnown ? rounded(scanCost + patchCost + verifyCost) : undefined;
  return { scanCost, patchCost, verifyCost, cost, currency: prices?.currency };
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
