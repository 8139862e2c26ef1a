/** Port: what the app's two timers did. Adapter: `TableTimers`. */
export interface Timers {
  /** When the reaper last started, by its timer or in the timer's place. */
  reaperStartedAt(): Promise<Date | undefined>;
  /** Since when the app expects the first start of the reaper: `now` at the first call. */
  reaperAwaitedSince(now: Date): Promise<Date>;
  /**
   * Records that the reaper starts. False if it started after `since`, or if another caller has just
   * recorded a start: that one does the work.
   */
  startReaper(times: { readonly since: Date; readonly now: Date }): Promise<boolean>;
  /**
   * Since when this schedule has been in force: `now` if it is new. An occurrence before that time was
   * never due.
   */
  scheduleSince(schedule: string, now: Date): Promise<Date>;
}
