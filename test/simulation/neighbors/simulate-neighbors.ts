import { NO_FAULTS } from '../fault-plan.ts';
import { Random } from '../random.ts';
import type { Scenario, ScenarioImage } from '../scenario.ts';
import { Simulation, type SimulationResult } from '../simulation.ts';
import { HOSTILITIES, type Hostile } from './hostility.ts';

/** An attempt that hangs, with its cleanup. */
const HUNG_ATTEMPT_SECONDS = 42 * 60;
/**
 * An image of others may end so much later than without the neighbors: its scan, its patch and its
 * verification wait for one hung attempt each, and one of them again if it was lost beside a bomb.
 */
const MOST_DELAY_SECONDS = 4 * HUNG_ATTEMPT_SECONDS;

/** A world whose neighbors are hostile, and the same world without them. */
interface Neighbors {
  readonly calm: Scenario;
  readonly hostile: Scenario;
}

/**
 * Simulates a world with hostile neighbors. The images of other repositories must end as without
 * them, and at most `MOST_DELAY_SECONDS` later.
 */
export async function simulateNeighbors(
  seed: number,
  options: { readonly trace?: boolean } = {},
): Promise<SimulationResult> {
  const { calm, hostile } = neighborsOf(new Random(seed));
  const simulate = (scenario: Scenario) =>
    new Simulation({
      scenario,
      random: new Random(seed),
      plan: NO_FAULTS,
      trace: options.trace === true,
    }).run();
  const without = await simulate(calm);
  const result = await simulate(hostile);
  const violations = [
    ...without.violations,
    ...result.violations,
    ...differences(without, result),
    ...adopted(result, hostile.images),
  ];
  return { ...result, violations };
}

function neighborsOf(random: Random): Neighbors {
  const own = ['team/api', 'team/web', 'tools'].slice(0, random.between(1, 2));
  const images = own.flatMap((repository) =>
    Array.from({ length: random.between(1, 2) }, (_, at) => ({
      repository,
      tags: [`v${at + 1}`],
      kind: random.pick(['outdated', 'outdated-twice', 'clean', 'no-fix'] as const),
      patched: [],
    })),
  );
  const hostile: Hostile = new Map(
    HOSTILITIES.flatMap((hostility) =>
      Array.from(
        { length: hostility === 'hangs' ? random.between(1, 2) : random.between(0, 1) },
        (_, at) => [`team/${hostility}${at}`, hostility] as const,
      ),
    ),
  );
  const evil = [...hostile].flatMap(([repository, hostility]) =>
    Array.from({ length: hostility === 'hangs' ? random.between(3, 5) : 1 }, (_, at) => {
      const [tag, kind] = [`v${at + 1}`, 'outdated'] as const;
      const patched = hostility === 'forges' ? [{ tag: `${tag}-1`, kind, forged: true }] : [];
      return { repository, tags: [tag], kind, patched };
    }),
  );
  const shared = {
    runs: [{ at: 0, trigger: 'schedule', dryRun: false }],
    atOnce: 2,
    // Containers that hang are polled for hours.
    pollSeconds: 180,
    tickSeconds: 120,
    maxGroups: random.between(3, 5),
    scanBatch: random.between(1, 5),
    patchBatch: random.between(1, 3),
    mountsRefused: false,
    noBuilder: false,
    pullsRefused: false,
    builderRefused: false,
    tablesLost: false,
    timersDead: false,
    runHours: 4,
  } as const;
  return {
    calm: { ...shared, images, policy: policyOf(own), hostile: new Map() },
    hostile: {
      ...shared,
      // Neighbors come first in the policy, as with the worst luck.
      images: [...evil, ...images],
      policy: policyOf([...hostile.keys(), ...own]),
      hostile,
    },
  };
}

function policyOf(repositories: readonly string[]): unknown {
  return {
    version: 'v1',
    repositories: repositories.map((repository) => ({ repository, tags: ['*'] })),
  };
}

function differences(calm: SimulationResult, hostile: SimulationResult): readonly string[] {
  return [...calm.outcomes].flatMap(([image, outcome]) => {
    const now = hostile.outcomes.get(image) ?? 'not there';
    if (now !== outcome) return [`${image} ends "${now}", without its neighbors "${outcome}"`];
    const late = (hostile.ended.get(image) ?? 0) - (calm.ended.get(image) ?? 0);
    return late > MOST_DELAY_SECONDS
      ? [`${image} ends ${Math.round(late / 60)} minutes later than without its neighbors`]
      : [];
  });
}

/** A forged patch counts as an image like any other. */
function adopted(result: SimulationResult, images: readonly ScenarioImage[]): readonly string[] {
  return images
    .filter(({ patched }) => patched.some(({ forged }) => forged === true))
    .flatMap(({ repository, tags, patched }) => [
      ...tags.map((tag) => [`${repository}:${tag}`, 'patched'] as const),
      ...patched.map(({ tag }) => [`${repository}:${tag}`, 'clean'] as const),
    ])
    .filter(([image, outcome]) => result.outcomes.get(image)?.startsWith(outcome) !== true)
    .map(
      ([image]) => `${image} is forged or has a forgery, and ends "${result.outcomes.get(image)}"`,
    );
}
