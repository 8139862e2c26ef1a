import { type CrashPoints, formatCrashes } from './crash-points.ts';
import { traceCrash } from './simulate-crashes.ts';
import { simulateSeed } from './simulate-seed.ts';
import type { SimulationResult } from './simulation.ts';

/** All that it takes to have a world again, step by step. */
export type WorldName =
  | { readonly kind: 'seed'; readonly seed: number }
  | { readonly kind: 'crash'; readonly crashes: CrashPoints };

export interface FailedWorld {
  readonly world: WorldName;
  readonly faults: readonly string[];
}

/** As the options of `npm run simulate` name it. */
export function optionOf(world: WorldName): string {
  return world.kind === 'seed'
    ? `--seed ${world.seed}`
    : `--crash "${formatCrashes(world.crashes)}"`;
}

export function titleOf(world: WorldName): string {
  if (world.kind === 'seed') return `seed ${world.seed}`;
  return world.crashes.size === 0 ? 'undisturbed' : `crash ${formatCrashes(world.crashes)}`;
}

/** The same world again, with its trace. */
export function traceWorld(world: WorldName): Promise<SimulationResult> {
  return world.kind === 'seed'
    ? simulateSeed(world.seed, { trace: true })
    : traceCrash(world.crashes);
}
