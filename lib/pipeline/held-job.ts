import type { Stored } from '../storage/typed-table.ts';
import { LeaseLost } from './lease.ts';
import type { JobRow } from './records/job-row.ts';
import { type Services, secondsAfter } from './services.ts';

/** Steps in a row that began and did not end: more than any remedy is patient for. */
export const MAX_UNFINISHED = 12;

/**
 * A job that this step has in hand. Every write names the ETag of the last one, so that a holder
 * whose lease ran out finds out at its next write.
 */
export class HeldJob {
  readonly #services: Services;
  #stored: Stored<JobRow>;

  private constructor(services: Services, stored: Stored<JobRow>) {
    this.#services = services;
    this.#stored = stored;
  }

  /**
   * Takes the lease and the next wake number in one write; undefined: somebody else has. The step
   * counts as failed until it ends: one that takes its process down with it is counted too.
   */
  static async take(services: Services, stored: Stored<JobRow>): Promise<HeldJob | undefined> {
    const leaseUntil = secondsAfter(services.clock.now(), services.options.leaseSeconds);
    const taken = await services.jobs.replace(
      {
        ...stored.row,
        wake: stored.row.wake + 1,
        errors: stored.row.errors + 1,
        leaseUntil,
        nextAt: leaseUntil,
      },
      stored.etag,
    );
    return taken === undefined ? undefined : new HeldJob(services, taken);
  }

  get row(): JobRow {
    return this.#stored.row;
  }

  /** Writes an intent, or where the job stands. Throws `LeaseLost` where the row was changed. */
  async save(changes: Partial<JobRow>): Promise<void> {
    const stored = await this.#services.jobs.replace(
      { ...this.row, ...changes },
      this.#stored.etag,
    );
    if (stored === undefined) throw new LeaseLost();
    this.#stored = stored;
  }

  /** Ends the step: lets the lease go and sets the time of the next one. */
  async release(changes: Partial<JobRow>): Promise<void> {
    const { leaseUntil: _, ...row } = this.row;
    const stored = await this.#services.jobs.replace({ ...row, ...changes }, this.#stored.etag);
    if (stored === undefined) throw new LeaseLost();
    this.#stored = stored;
  }

  /** To be called just before each effect outside. */
  assertHeld(): void {
    const until = this.row.leaseUntil;
    if (until === undefined || until <= this.#services.clock.now()) throw new LeaseLost();
  }
}
