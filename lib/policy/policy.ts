import { z } from 'zod';
import { RepositoryName, TAG_RULE, Tag } from '../image/reference.ts';
import { items } from '../json/items.ts';
import type { Result } from '../result.ts';
import { MAX_FAULTS, policyFaults, policyWords } from './policy-faults.ts';
import { readDocument } from './read-document.ts';
import {
  type ConfiguredRepositories,
  isConfiguredRepository,
  isReservedRepository,
} from './reserved-repositories.ts';

const RESERVED = 'is reserved for Patchwright or the registry itself and is never patched';

const PatchableRepository = RepositoryName.refine((name) => !isReservedRepository(name), {
  error: RESERVED,
});

/** `["*"]` for every tag that is not a patch, or tags by name. */
const Tags = items(z.union([z.literal('*'), Tag], { error: TAG_RULE }), {
  most: 10_000,
  faultyItems: MAX_FAULTS + 1,
  error: policyWords,
}).superRefine((tags, context) => {
  const fault = (message: string, ...path: number[]) =>
    context.addIssue({ code: 'custom', message, path });
  const twice = tags.findIndex((tag, at) => tags.indexOf(tag) < at);
  if (tags.length === 0) fault('must be ["*"] or a list of one or more tags');
  else if (twice >= 0) fault('is in the list twice', twice);
  else if (tags.length > 1 && tags.includes('*')) fault('must be ["*"] alone, or tags without "*"');
});

/** One repository and the tags that are patched. */
const RepositoryRule = z.strictObject({
  repository: PatchableRepository,
  tags: Tags,
  enabled: z.boolean().default(true),
});

/**
 * The policy (docs/policy.md): version 1 of ACR Continuous Patching's document, so that an existing one
 * works unchanged. Unlike there, an unknown key is a fault.
 */
export const Policy = z.strictObject({
  version: z.literal('v1'),
  'tag-convention': z.enum(['incremental', 'floating']).default('incremental'),
  repositories: items(RepositoryRule, {
    least: 1,
    most: 10_000,
    faultyItems: MAX_FAULTS + 1,
    error: policyWords,
  }),
});
export type Policy = z.infer<typeof Policy>;
export type RepositoryRule = z.infer<typeof RepositoryRule>;

/** The same limit as in ACR Continuous Patching. */
export const MAX_POLICY_BYTES = 10 * 1024 * 1024;

/**
 * Parses the policy. With `configured`, naming one of those repositories is a fault. Each line of the
 * fault says where and what is wrong; after the first 50, a line says that there are more.
 */
export function parsePolicy(
  text: string,
  configured?: ConfiguredRepositories,
): Result<Policy, readonly string[]> {
  const document = readDocument(text, MAX_POLICY_BYTES);
  if (!document.ok) return { ok: false, fault: [document.fault] };
  const schema = configured === undefined ? Policy : policyFor(configured);
  const parsed = schema.safeParse(document.value, { error: policyWords });
  if (parsed.success) return { ok: true, value: withOneRuleEach(parsed.data) };
  return { ok: false, fault: policyFaults(parsed.error.issues, document.value) };
}

/**
 * Merges the entries of one repository. Each enabled entry adds its tags, as in ACR Continuous
 * Patching; `*` holds all others.
 */
function withOneRuleEach(policy: Policy): Policy {
  const entries = new Map<RepositoryName, { rule: RepositoryRule; tags: Set<Tag | '*'> }>();
  for (const rule of policy.repositories) {
    const known = entries.get(rule.repository);
    if (known === undefined || (rule.enabled && !known.rule.enabled)) {
      entries.set(rule.repository, { rule, tags: new Set(rule.tags) });
    } else if (rule.enabled) {
      for (const tag of rule.tags) known.tags.add(tag);
    }
  }
  const repositories = [...entries.values()].map(({ rule, tags }): RepositoryRule => {
    const named = [...tags].filter((tag) => tag !== '*');
    return { ...rule, tags: named.length < tags.size ? ['*'] : named };
  });
  return { ...policy, repositories };
}

function policyFor(configured: ConfiguredRepositories) {
  return Policy.superRefine(({ repositories }, context) => {
    for (const [at, { repository }] of repositories.entries()) {
      if (!isConfiguredRepository(repository, configured)) continue;
      context.addIssue({
        code: 'custom',
        path: ['repositories', at, 'repository'],
        message: RESERVED,
      });
    }
  });
}
