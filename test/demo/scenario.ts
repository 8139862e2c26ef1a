import type { PolicyRepository } from '../world/seed/seed-policy.ts';
import type { World, WorldOptions } from '../world/world.ts';
import type { Disturb } from './disturbance.ts';
import type { DemoOutcome } from './outcome.ts';

/** What a demo runs on: which tools, which images, and how it is to end. */
export interface Scenario {
  /** Lines for people on what this is, before anything starts. */
  readonly intro: readonly string[];
  /** Tool → version; undefined: the stand-ins. */
  readonly tools: Readonly<Record<string, string>> | undefined;
  /** After so long a run is taken to hang. */
  readonly limitMinutes: number;
  /** Starts the local Azure with the tools in it. */
  start(options: WorldOptions): Promise<World>;
  /** Puts the images in place. @returns what the policy is to name. */
  seed(world: World): Promise<readonly PolicyRepository[]>;
  /** One sentence for each thing that did not end as it had to; excused images may end anyhow. */
  judge(outcomes: readonly DemoOutcome[], excused?: ReadonlySet<string>): readonly string[];
  /** What is done to the run while it goes on; nothing, where it is absent. */
  readonly disturb?: Disturb;
}

/** The policy's part for repositories of which every tag is patched. */
export function everyTag(repositories: readonly string[]): PolicyRepository[] {
  return repositories.map((repository) => ({ repository, tags: ['*'] }));
}
