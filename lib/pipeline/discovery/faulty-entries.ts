import { RepositoryName } from '../../image/reference.ts';
import type { FaultyEntry, Policy } from '../../policy/policy.ts';
import { plainText } from '../../text/plain-text.ts';
import type { Run } from '../records/run.ts';
import type { Target } from '../records/target.ts';
import type { Services } from '../services.ts';
import { blankTarget, storeTargets } from './discovered-targets.ts';

const ENTRIES_A_STEP = 100;
const MAX_DETAIL = 1_000;

/**
 * Adds a failed target for each entry of the policy that can't be used, from the cursor on. Returns the
 * new cursor, or undefined if there is none left.
 */
export async function failFaultyEntries(
  services: Services,
  run: Run,
  { repositories, faulty }: Policy,
): Promise<Partial<Run> | undefined> {
  const at = run.cursorRepository - repositories.length;
  // A run of some images only was not asked about the others.
  const entries = run.images === undefined ? faulty.slice(at, at + ENTRIES_A_STEP) : [];
  if (entries.length === 0) return undefined;
  const nameOf = rowNames(repositories, faulty);
  await storeTargets(
    services,
    entries.map((entry): Target => {
      const target = blankTarget(services, run, { repository: nameOf(entry) }, '*');
      const finishedAt = target.discoveredAt;
      const detail = plainText(entry.faults.join('; '), MAX_DETAIL);
      return { ...target, state: 'failed', reason: 'entry-invalid', detail, finishedAt };
    }),
  );
  return { cursorRepository: run.cursorRepository + entries.length, cursorTag: '' };
}

/**
 * The repository under which an entry's row is found: the named one, unless its name is invalid or this
 * run has other rows for it.
 */
function rowNames(
  repositories: Policy['repositories'],
  faulty: readonly FaultyEntry[],
): (entry: FaultyEntry) => RepositoryName {
  const used = new Set(repositories.map(({ repository }) => repository));
  const own = new Map<FaultyEntry, RepositoryName>();
  for (const entry of faulty) {
    if (entry.repository === undefined || used.has(entry.repository)) continue;
    used.add(entry.repository);
    own.set(entry, entry.repository);
  }
  return (entry) =>
    own.get(entry) ?? RepositoryName.parse(`csscpolicies/patchpolicy/repositories-${entry.at}`);
}
