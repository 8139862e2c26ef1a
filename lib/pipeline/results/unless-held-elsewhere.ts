import type { Lease } from '../lease.ts';
import { heldElsewhere } from '../marks/hold-repository.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import type { Assessment } from './assess.ts';

/**
 * Leaves an image that needs a patch to the installation that holds its repository. Marks the repository
 * if nobody holds it; a dry run never gets here with a patch to make.
 */
export async function unlessHeldElsewhere(
  services: Services,
  { repository }: Target,
  assessment: Assessment,
  lease: Lease,
): Promise<Assessment> {
  if (assessment.next === 'end') return assessment;
  const holder = await heldElsewhere(services, repository, lease);
  if (holder === undefined) return assessment;
  const detail = `the installation ${holder} patches ${repository}`;
  return { next: 'end', outcome: { state: 'skipped', reason: 'claimed-elsewhere', detail } };
}
