/** Port: the time before which no job may create a container group. Adapter: `TableThrottle`. */
export interface Throttle {
  /** Returns undefined if no such time is set, or it has passed. */
  heldUntil(now: Date): Promise<Date | undefined>;
  /** Moves the time forward, never back. */
  holdUntil(notBefore: Date): Promise<void>;
}
