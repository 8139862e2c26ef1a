import type { Run } from '../../lib/pipeline/records/run.ts';
import type { Target } from '../../lib/pipeline/records/target.ts';
import type { FunctionsHost } from '../world/functions-host/functions-host.ts';
import type { AppOptions, World } from '../world/world.ts';
import type { Check, RegistrySnapshot } from './aftermath.ts';

/** The faults and kills during a run. */
export interface Disturbance {
  /** Settings with which the app is started. */
  readonly app: AppOptions;
  begin(host: FunctionsHost): void;
  /** Ends the disturbance and reports its effects. */
  examine(ended: {
    readonly host: FunctionsHost;
    readonly before: RegistrySnapshot;
    readonly run: Run;
    readonly targets: readonly Target[];
  }): Promise<DisturbanceReport>;
  /** Ends the disturbance without a report. The app continues. */
  end(): Promise<void>;
  /** Closes the proxies between the app and the world, after the app has ended. */
  close(): Promise<void>;
}

export interface DisturbanceReport {
  readonly seed: number;
  /** Kind → number. */
  readonly faults: Readonly<Record<string, number>>;
  readonly checks: readonly Check[];
  /** Images that ended differently because of a fault. */
  readonly excused: ReadonlySet<string>;
  /** One sentence for each of these images. */
  readonly explained: readonly string[];
  /** The broken promises, in detail. */
  readonly broken: readonly string[];
}

/** Starts the disturbance of a world. Calls `tell` for each fault. */
export type Disturb = (world: World, tell: (line: string) => void) => Promise<Disturbance>;
