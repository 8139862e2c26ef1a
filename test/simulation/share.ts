import { Coverage, type CoverageCounts } from './coverage.ts';
import { simulateCrashes } from './simulate-crashes.ts';
import { simulateSeed } from './simulate-seed.ts';
import type { FailedWorld } from './world-name.ts';

/** The share of one worker thread. */
export type Share =
  | { readonly kind: 'seeds'; readonly seeds: readonly number[]; readonly stopAtFirst: boolean }
  | {
      readonly kind: 'crashes';
      readonly pairs: boolean;
      readonly nth: number;
      readonly of: number;
    };

export interface ShareResult {
  readonly worlds: number;
  readonly calls: number;
  readonly failures: readonly FailedWorld[];
  readonly coverage: CoverageCounts;
}

/** Simulates the worlds of a share, one after the other. */
export async function simulateShare(
  share: Share,
  onWorld: () => void = () => undefined,
): Promise<ShareResult> {
  return share.kind === 'seeds' ? simulateSeeds(share, onWorld) : simulatePass(share, onWorld);
}

async function simulateSeeds(
  share: Extract<Share, { kind: 'seeds' }>,
  onWorld: () => void,
): Promise<ShareResult> {
  const coverage = new Coverage();
  const failures: FailedWorld[] = [];
  let [worlds, calls] = [0, 0];
  for (const seed of share.seeds) {
    const result = await simulateSeed(seed).catch((error: unknown) => {
      throw new Error(`the simulation of seed ${seed} itself failed`, { cause: error });
    });
    worlds += 1;
    calls += result.calls;
    coverage.add(result.coverage.counts());
    if (result.violations.length > 0) {
      failures.push({ world: { kind: 'seed', seed }, faults: result.violations });
      if (share.stopAtFirst) break;
    }
    onWorld();
  }
  return { worlds, calls, failures, coverage: coverage.counts() };
}

async function simulatePass(
  share: Extract<Share, { kind: 'crashes' }>,
  onWorld: () => void,
): Promise<ShareResult> {
  const { nth, of } = share;
  const pass = await simulateCrashes({ pairs: share.pairs, share: { nth, of }, onWorld });
  return {
    worlds: pass.worlds,
    calls: 0,
    failures: pass.failures.map(({ crashes, faults }) => ({
      world: { kind: 'crash', crashes },
      faults,
    })),
    coverage: new Coverage().counts(),
  };
}
