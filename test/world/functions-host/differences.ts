/**
 * Where the stand-in differs from the real Functions host on purpose: times that a test would have to
 * wait for. What it does, and in which order, is the same; `npm run test:host` runs the same suites with the
 * real times. Tests that kill an instance also give shorter leases (`leaseSeconds`, `timerLeaseSeconds`).
 */
export const DIFFERENCES = {
  /**
   * Milliseconds between looks into an empty queue. Real: 100, growing to `maxPollingInterval` while nothing
   * comes. Tests wait for messages most of the time.
   */
  pollingMs: 150,
  /** Milliseconds before the third worker starts, after two that ended by themselves. Real: some 8,000. */
  thirdStartMs: 300,
  /** Milliseconds from a function's time limit to the end of its worker, which gets to run its end hooks. Real: 2,000. */
  graceMs: 300,
  /**
   * Milliseconds from the end of the old worker until the message that was past its limit is let go. Real: some
   * 10,000.
   */
  replacementMs: 300,
  /** Milliseconds that a timer fires before its time. Real: up to 4, three times of eight. */
  earlyMs: 3,
} as const;
