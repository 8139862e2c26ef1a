import type { RepositoryName, Tag } from '../../image/reference.ts';
import type { Lease } from '../lease.ts';
import { heldElsewhere } from '../marks/hold-repository.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import type { Assessment } from './assess.ts';

/** Returns the other installation that holds a repository. Undefined if this one holds it. */
export type HolderOf = (repository: RepositoryName) => Promise<Tag | undefined>;

/** Asks the registry once for each repository. For one step of a job. */
export function holders(services: Services, lease: Lease): HolderOf {
  const asked = new Map<RepositoryName, Promise<Tag | undefined>>();
  return (repository) => {
    const holder = asked.get(repository) ?? heldElsewhere(services, repository, lease);
    asked.set(repository, holder);
    return holder;
  };
}

/**
 * Leaves an image that needs a patch to the installation that holds its repository. Marks the repository
 * if nobody holds it; a dry run never gets here with a patch to make.
 */
export async function unlessHeldElsewhere(
  { repository }: Target,
  assessment: Assessment,
  holderOf: HolderOf,
): Promise<Assessment> {
  if (assessment.next === 'end') return assessment;
  const holder = await holderOf(repository);
  if (holder === undefined) return assessment;
  const detail = `the installation ${holder} patches ${repository}`;
  return { next: 'end', outcome: { state: 'skipped', reason: 'claimed-elsewhere', detail } };
}
