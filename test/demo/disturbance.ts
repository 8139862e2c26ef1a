import type { Run } from '../../lib/pipeline/records/run.ts';
import type { Target } from '../../lib/pipeline/records/target.ts';
import type { FunctionsHost } from '../world/functions-host/functions-host.ts';
import type { AppOptions, World } from '../world/world.ts';
import type { Check, RegistrySnapshot } from './aftermath.ts';

/** What is done to a run while it goes on: faults and kills. */
export interface Disturbance {
  /** How the app is started with it. */
  readonly app: AppOptions;
  begin(host: FunctionsHost): void;
  /** Ends it, and looks at what it left. */
  examine(ended: {
    readonly host: FunctionsHost;
    readonly before: RegistrySnapshot;
    readonly run: Run;
    readonly targets: readonly Target[];
  }): Promise<DisturbanceReport>;
  /** Ends it, where nobody looks. The app runs on. */
  end(): Promise<void>;
  /** Once the app has ended: takes away what stood between it and the world. */
  close(): Promise<void>;
}

export interface DisturbanceReport {
  readonly seed: number;
  /** Kind → how often. */
  readonly faults: Readonly<Record<string, number>>;
  readonly checks: readonly Check[];
  /** Images that ended otherwise than in calm for a fault that happened. */
  readonly excused: ReadonlySet<string>;
  /** One sentence for each of them. */
  readonly explained: readonly string[];
  /** What was not kept, in detail. */
  readonly broken: readonly string[];
}

/** Makes the disturbance of a world; `tell` hears of each fault as it happens. */
export type Disturb = (world: World, tell: (line: string) => void) => Promise<Disturbance>;
