import { quotaReached, throttled } from './arm-error.ts';
import { type GroupRequest, requestedResources, skuOf } from './group-request.ts';

/**
 * The default quotas of a subscription in one region.
 * https://learn.microsoft.com/azure/container-instances/container-instances-resource-and-quota-limits
 */
export interface Quotas {
  readonly groups: number;
  readonly standardCores: number;
  /** Not in the public table; Azure sets it for each subscription. */
  readonly confidentialCores: number;
  readonly creations: RateLimit;
  readonly deletions: RateLimit;
}

export interface RateLimit {
  readonly perHour: number;
  readonly perFiveMinutes: number;
}

export const DEFAULT_QUOTAS: Quotas = {
  groups: 100,
  standardCores: 100,
  confidentialCores: 100,
  creations: { perHour: 300, perFiveMinutes: 100 },
  deletions: { perHour: 300, perFiveMinutes: 100 },
};

/** The current use of the quotas. An ended group counts until it is deleted. */
export interface Usage {
  readonly groups: number;
  readonly standardCores: number;
  readonly confidentialCores: number;
}

/** Throws Azure's refusal if the request exceeds a quota. */
export function checkQuota(quotas: Quotas, usage: Usage, request: GroupRequest): void {
  const region = request.location ?? '';
  if (usage.groups + 1 > quotas.groups) {
    throw quotaReached('ContainerGroups', region, {
      limit: quotas.groups,
      usage: usage.groups,
      requested: 1,
    });
  }
  const { cpu } = requestedResources(request);
  const confidential = skuOf(request) === 'Confidential';
  const limit = confidential ? quotas.confidentialCores : quotas.standardCores;
  const used = confidential ? usage.confidentialCores : usage.standardCores;
  if (used + cpu > limit) {
    const quota = confidential ? 'ConfidentialCores' : 'StandardCores';
    throw quotaReached(quota, region, { limit, usage: used, requested: cpu });
  }
}

const HOUR_MS = 3_600_000;
const FIVE_MINUTES_MS = 300_000;

/** Counts requests in two sliding windows and throws a 429 with Retry-After above either limit. */
export function createThrottle(
  what: string,
  limit: RateLimit,
  now: () => number,
): { take(): void } {
  let times: number[] = [];
  return {
    take() {
      const at = now();
      times = times.filter((time) => time > at - HOUR_MS);
      const waits = [
        waitFor(times, limit.perHour, HOUR_MS, at),
        waitFor(times, limit.perFiveMinutes, FIVE_MINUTES_MS, at),
      ];
      const wait = Math.max(...waits);
      if (wait > 0) {
        throw throttled(what, Math.ceil(wait / 1000));
      }
      times.push(at);
    },
  };
}

/** Milliseconds until one more request fits into the window; 0 if it fits now. */
function waitFor(times: readonly number[], limit: number, windowMs: number, at: number): number {
  const inside = times.filter((time) => time > at - windowMs);
  const leaving = inside[inside.length - limit];
  return inside.length < limit || leaving === undefined ? 0 : leaving + windowMs - at;
}
