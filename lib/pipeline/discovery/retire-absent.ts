import type { RepositoryName, Tag } from '../../image/reference.ts';
import type { Policy } from '../../policy/policy.ts';
import type { TagAttributes } from '../../registry/registry.ts';
import type { Run } from '../records/run.ts';
import type { Services } from '../services.ts';
import { endFindings } from './end-findings.ts';

/** Repositories in one step that are in the inventory and not in the policy. */
const OTHERS_A_STEP = 100;

type RetireServices = Pick<Services, 'inventory' | 'findings' | 'clock' | 'options'>;

/**
 * Marks what the inventory has of a repository and the run did not find. Without tags, it has none
 * or has left the policy. A run of some images only knows nothing about the others.
 */
export async function retireAbsent(
  services: RetireServices,
  run: Run,
  repository: RepositoryName,
  found?: {
    readonly tags: ReadonlyMap<Tag, TagAttributes>;
    readonly names: readonly Tag[];
    readonly listedAt: Date;
  },
): Promise<void> {
  if (run.images !== undefined) return;
  const tags = found?.tags ?? new Map<Tag, TagAttributes>();
  const wanted = new Set((found?.names ?? []).filter((name) => tags.has(name)));
  const listedAt = found?.listedAt ?? services.clock.now();
  const { id: runId, createdAt: since } = run;
  const end = (tag: Tag) => endFindings(services, { repository, tag }, { runId, at: listedAt });
  const state = { wanted, tags, runId, since, listedAt };
  await services.inventory.retire(repository, state, end);
}

/** The last steps of discovery: repositories that have left the policy. They have a cursor too. */
export async function retireOthers(
  services: RetireServices,
  run: Run,
  policy: Policy,
): Promise<Partial<Run>> {
  if (run.images !== undefined) return { state: 'running' };
  // Of a repository whose entry is faulty, this run knows nothing.
  const entries = [...policy.repositories, ...policy.faulty];
  const named = new Set(entries.map(({ repository }) => repository));
  let cursor = run.cursorTag;
  for (let count = 0; count < OTHERS_A_STEP; count += 1) {
    const next = await services.inventory.nextRepository(cursor);
    if (next === undefined) return { state: 'running' };
    if (!named.has(next.repository)) await retireAbsent(services, run, next.repository);
    cursor = next.cursor;
  }
  return { cursorTag: cursor };
}
