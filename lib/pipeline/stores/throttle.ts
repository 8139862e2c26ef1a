import type { GroupRefusal } from '../../containers/container-groups.ts';

/** Azure's answer because of which jobs wait. */
export interface HoldReason {
  readonly refusal: GroupRefusal;
  /** Azure's words. */
  readonly detail: string;
}

export interface Hold {
  readonly until: Date;
  /** Undefined in rows of an earlier version, and for other waits than those for a refused group. */
  readonly reason: HoldReason | undefined;
}

/** Port: the time before which no job may create a container group. Adapter: `TableThrottle`. */
export interface Throttle {
  /** Returns undefined if no such time is set, or it has passed. */
  heldUntil(now: Date): Promise<Date | undefined>;
  /** The same with the reason. */
  hold(now: Date): Promise<Hold | undefined>;
  /** Moves the time forward, never back. */
  holdUntil(notBefore: Date, reason?: HoldReason): Promise<void>;
}
