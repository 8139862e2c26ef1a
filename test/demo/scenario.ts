import type { PolicyRepository } from '../world/seed/seed-policy.ts';
import type { World, WorldOptions } from '../world/world.ts';
import type { Disturb } from './disturbance.ts';
import type { DemoOutcome } from './outcome.ts';

/** The tools, the images and the expected outcomes of a demo. */
export interface Scenario {
  /** Introductory lines for people. */
  readonly intro: readonly string[];
  /** Tool → version; undefined for the stand-ins. */
  readonly tools: Readonly<Record<string, string>> | undefined;
  /** Time after which a run counts as hanging. */
  readonly limitMinutes: number;
  /** Starts the local Azure with the tools. */
  start(options: WorldOptions): Promise<World>;
  /** Puts the images into the registry. @returns the repositories for the policy. */
  seed(world: World): Promise<readonly PolicyRepository[]>;
  /** One sentence for each unexpected outcome. Excused images may end in any way. */
  judge(outcomes: readonly DemoOutcome[], excused?: ReadonlySet<string>): readonly string[];
  /** The disturbance of the run; absent if there is none. */
  readonly disturb?: Disturb;
}

/** Policy entries for repositories with every tag. */
export function everyTag(repositories: readonly string[]): PolicyRepository[] {
  return repositories.map((repository) => ({ repository, tags: ['*'] }));
}
