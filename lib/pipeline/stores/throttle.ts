/** Port: the time before which no job creates a container group, shared by all. Adapter: `TableThrottle`. */
export interface Throttle {
  /** Undefined: there is none, or it has passed. */
  heldUntil(now: Date): Promise<Date | undefined>;
  /** Moves the time forward, never back. */
  holdUntil(notBefore: Date): Promise<void>;
}
