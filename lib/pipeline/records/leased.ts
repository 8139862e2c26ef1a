/** Lease fields of a run or job. They ensure that one step at a time works on it. */
export interface Leased {
  /** Only a message with this number is accepted. Each step that takes the lease increments it. */
  readonly wake: number;
  /** When the next step is due. */
  readonly nextAt: Date;
  readonly leaseUntil?: Date | undefined;
  /** Consecutive steps that failed or did not finish. */
  readonly errors: number;
}

export function isLeased({ leaseUntil }: Leased, now: Date): boolean {
  return leaseUntil !== undefined && leaseUntil > now;
}

/**
 * The fields for taking a lease: they change together in one write. The step counts as failed until
 * it finishes, so that a crash of the process counts too.
 */
export function leasedUntil({ wake, errors }: Leased, until: Date): Leased {
  return { wake: wake + 1, errors: errors + 1, leaseUntil: until, nextAt: until };
}
