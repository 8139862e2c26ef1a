import type { Coverage } from './coverage.ts';
import type { SimulationResult } from './simulation.ts';
import { type FailedWorld, optionOf, titleOf, traceWorld, type WorldName } from './world-name.ts';

/** The number of failing worlds that are listed, and of those whose steps are printed. */
const MOST_NAMED = 20;
const MOST_TRACED = 3;

/** Prints each failure in a line, then the first ones with all their steps. */
export async function printFailures(failures: readonly FailedWorld[]): Promise<void> {
  for (const { world, faults } of failures.slice(0, MOST_NAMED)) {
    console.log(`${titleOf(world)}: ${faults[0]}`);
  }
  for (const { world, faults } of failures.slice(0, MOST_TRACED)) {
    const { trace } = await traceWorld(world);
    console.log(`\n${titleOf(world)}, its ${trace.length} steps:\n${trace.join('\n')}`);
    for (const fault of faults) console.log(`BROKEN: ${fault}`);
    console.log(`to reproduce: npm run simulate -- ${optionOf(world)}\n`);
  }
}

/** Prints one world with its outcomes, and its steps if it failed or if they are requested. */
export async function printWorld(world: WorldName, wantsTrace: boolean): Promise<number> {
  const result = await traceWorld(world);
  const failed = result.violations.length > 0;
  if (failed || wantsTrace) console.log(result.trace.join('\n'));
  for (const [image, outcome] of result.outcomes) console.log(`${image}: ${outcome}`);
  for (const fault of result.violations) console.log(`BROKEN: ${fault}`);
  const how = failed ? 'failed' : 'well';
  console.log(`${titleOf(world)}: ${how}, ${result.calls} calls in ${hoursOf(result)}`);
  return failed ? 1 : 0;
}

export function printCoverage(coverage: Coverage): void {
  const { faults, transitions } = coverage;
  for (const [title, counted] of [
    ['faults', faults],
    ['transitions', transitions],
    ['outcomes', coverage.reasons],
  ] as const) {
    const sorted = [...counted].sort(([a], [b]) => (a < b ? -1 : 1));
    console.log(`${title}: ${sorted.map(([name, count]) => `${name} ${count}`).join(' · ')}`);
  }
  const missing = coverage.missing();
  if (missing.length > 0) console.log(`never seen: ${missing.join(' · ')}`);
}

function hoursOf({ virtualSeconds }: SimulationResult): string {
  return `${(virtualSeconds / 3600).toFixed(1)} simulated hours`;
}
