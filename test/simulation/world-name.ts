import { type CrashPoints, formatCrashes } from './crash-points.ts';
import { traceCrash } from './simulate-crashes.ts';
import { simulateSeed } from './simulate-seed.ts';
import type { SimulationResult } from './simulation.ts';

/** Everything that is needed to reproduce a world. */
export type WorldName =
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'crash'; readonly crashes: CrashPoints };

export interface FailedWorld {
  readonly world: WorldName;
  readonly faults: readonly string[];
}

/** Returns the options of `npm run simulate` for this world. */
export function optionOf(world: WorldName): string {
  return world.kind === 'seed'
    ? `--seed ${world.seed}`
    : `--crash "${formatCrashes(world.crashes)}"`;
}

export function titleOf(world: WorldName): string {
  if (world.kind === 'seed') return `seed ${world.seed}`;
  return world.crashes.size === 0 ? 'undisturbed' : `crash ${formatCrashes(world.crashes)}`;
}

/** Simulates the same world again, with its trace. */
export function traceWorld(world: WorldName): Promise<SimulationResult> {
  return world.kind === 'seed'
    ? simulateSeed(world.seed, { trace: true })
    : traceCrash(world.crashes);
}
