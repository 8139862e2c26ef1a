import { STAGING_PREFIX } from '../../lib/policy/reserved-repositories.ts';
import type { World } from '../world/world.ts';

/** Repository → tag → digest. */
export type RegistrySnapshot = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A promise that must hold after every run, and whether it does. */
export interface Check {
  readonly text: string;
  readonly ok: boolean;
}

/** Checks the promises in the registry and in ARM, without the app. */
export function checkAftermath(world: World, before: RegistrySnapshot): readonly Check[] {
  const now: RegistrySnapshot = world.registry.snapshot();
  const moved = Object.entries(before).flatMap(([repository, tags]) =>
    Object.entries(tags).filter(([tag, digest]) => now[repository]?.[tag] !== digest),
  );
  const staged = Object.keys(now).filter((name) => name.startsWith(STAGING_PREFIX));
  return [
    { text: 'every tag that existed before is unchanged', ok: moved.length === 0 },
    { text: 'the staging repository is empty', ok: staged.length === 0 },
    { text: 'no container group is left', ok: world.arm.groups().length === 0 },
  ];
}
