import type { ExistingTag } from '../../image/patch-tags.ts';
import type { Tag } from '../../image/reference.ts';
import type { RepositoryRule } from '../../policy/policy.ts';
import type { TagAttributes } from '../../registry/registry.ts';
import type { Run } from '../records/run.ts';
import type { Services } from '../services.ts';

/**
 * Records the patches of a tag by ACR Continuous Patching that a list of the policy leaves out. So they
 * stay known as such after their source was pushed again.
 */
export async function recordUnlisted(
  { inventory, clock }: Pick<Services, 'inventory' | 'clock'>,
  found: {
    readonly run: Run;
    readonly rule: RepositoryRule;
    readonly tag: Tag;
    readonly candidates: readonly TagAttributes[];
    readonly existing: readonly ExistingTag[];
  },
): Promise<void> {
  const { run, rule, tag: patchOf, candidates, existing } = found;
  const { repository, tags } = rule;
  const isListed = (tag: Tag) => tags[0] === '*' || tags.includes(tag);
  const theirs = new Set(
    existing.filter(({ kind }) => kind === 'predecessor').map(({ tag }) => tag),
  );
  for (const { tag, digest } of candidates) {
    if (isListed(tag) || !theirs.has(tag)) continue;
    const seenAt = clock.now();
    await inventory.recordPredecessor({ repository, tag, digest, patchOf, runId: run.id, seenAt });
  }
}
