import * as z from 'zod';

import { RepositoryName, TAG_RULE, Tag } from '../image/reference.ts';
import { TagConventions } from '../image/tag-convention.ts';
import { items } from '../json/items.ts';
import { MAX_FAULTS_OF_AN_ENTRY, policyWords } from './policy-faults.ts';
import { isReservedRepository, RESERVED } from './reserved-repositories.ts';

const PatchableRepository = RepositoryName.refine((name) => !isReservedRepository(name), {
  error: RESERVED,
});

/** `["*"]` for every tag that is not a patch, or tags by name. */
const Tags = items(z.union([z.literal('*'), Tag], { error: TAG_RULE }), {
  most: 10_000,
  faultyItems: MAX_FAULTS_OF_AN_ENTRY,
  error: policyWords,
}).superRefine((tags, context) => {
  const fault = (message: string, ...path: number[]) =>
    context.addIssue({ code: 'custom', message, path });
  const seen = new Set<string>();
  const twice = tags.findIndex((tag) => seen.size === seen.add(tag).size);
  if (tags.length === 0) fault('must be ["*"] or a list of one or more tags');
  else if (twice >= 0) fault('is in the list twice', twice);
  else if (tags.length > 1 && tags.includes('*')) fault('must be ["*"] alone, or tags without "*"');
});

/** What happens to a patch in which files have setuid again that its source had taken away. */
export const RegainedSetuid = z.enum(['publish', 'refuse']);
export type RegainedSetuid = z.infer<typeof RegainedSetuid>;

/** One repository and the tags that are patched. */
export const RepositoryRule = z.object({
  repository: PatchableRepository,
  tags: Tags,
  enabled: z.boolean().default(true),
  /** Unset for that of the document. ACR Continuous Patching ignores it. */
  'tag-convention': TagConventions.optional(),
  /** The same. */
  'regained-setuid': RegainedSetuid.optional(),
});
export type RepositoryRule = z.infer<typeof RepositoryRule>;

/**
 * Merges the rules of one repository. Each enabled rule adds its tags, as in ACR Continuous Patching;
 * `*` holds all others. The first of each other value counts.
 */
export function mergeRules(rules: readonly RepositoryRule[]): readonly RepositoryRule[] {
  const entries = new Map<
    RepositoryName,
    { rule: RepositoryRule; readonly tags: Set<Tag | '*'> }
  >();
  for (const rule of rules) {
    const known = entries.get(rule.repository);
    if (known === undefined || (rule.enabled && !known.rule.enabled)) {
      entries.set(rule.repository, { rule, tags: new Set(rule.tags) });
    } else if (rule.enabled) {
      for (const tag of rule.tags) known.tags.add(tag);
      known.rule = { ...rule, ...known.rule };
    }
  }
  return [...entries.values()].map(({ rule, tags }): RepositoryRule => {
    const named = [...tags].filter((tag) => tag !== '*');
    return { ...rule, tags: named.length < tags.size ? ['*'] : named };
  });
}
