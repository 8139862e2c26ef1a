import { Held, leaseFrom } from './lease.ts';
import type { Run } from './records/run.ts';
import type { Services } from './services.ts';
import type { Stored } from './stores/stored.ts';

/** A run whose lease this tick holds. */
export class HeldRun extends Held<Run> {
  /** Returns undefined if another tick has taken the run. */
  static async take(
    { runs, clock, options }: Pick<Services, 'runs' | 'clock' | 'options'>,
    run: Stored<Run>,
  ): Promise<HeldRun | undefined> {
    const taken = await runs.take(run, leaseFrom(clock.now(), options.leaseSeconds));
    return taken === undefined ? undefined : new HeldRun(runs, clock, taken);
  }

  get run(): Run {
    return this.record;
  }
}
