/** The part of a run and of a job by which one step at a time works on it. */
export interface Leased {
  /** Only a message with this number is accepted; each step that takes the record increments it. */
  readonly wake: number;
  /** When the next step is due. */
  readonly nextAt: Date;
  readonly leaseUntil?: Date | undefined;
  /** Steps in a row that failed or did not end. */
  readonly errors: number;
}

export function isLeased({ leaseUntil }: Leased, now: Date): boolean {
  return leaseUntil !== undefined && leaseUntil > now;
}

/**
 * Takes the lease and the next wake number in one write. The step counts as failed until it ends, so
 * that a step which crashes its process counts too.
 */
export function leasedUntil({ wake, errors }: Leased, until: Date): Leased {
  return { wake: wake + 1, errors: errors + 1, leaseUntil: until, nextAt: until };
}
