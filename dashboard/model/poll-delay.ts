const ACTIVE_MS = 4000;
const IDLE_MS = 60_000;
const LONGEST_MS = 5 * 60_000;

/**
 * Milliseconds until the next look: short while a run is active, and twice as long after each failure.
 * Undefined if nobody sees the page.
 */
export function pollDelay(look: {
  readonly isActive: boolean;
  readonly isHidden: boolean;
  readonly failures: number;
}): number | undefined {
  if (look.isHidden) return undefined;
  const usual = look.isActive ? ACTIVE_MS : IDLE_MS;
  return Math.min(usual * 2 ** Math.min(look.failures, 10), LONGEST_MS);
}
