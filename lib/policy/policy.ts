import { z } from 'zod';
import { RepositoryName, Tag } from '../image/reference.ts';
import { items } from '../json/items.ts';
import type { Result } from '../result.ts';
import { faultLine, readDocument } from './read-document.ts';
import {
  type ConfiguredRepositories,
  isConfiguredRepository,
  isReservedRepository,
} from './reserved-repositories.ts';

const MAX_FAULTS = 50;
const RESERVED = 'is reserved for Patchwright or the registry itself and is never patched';

const PatchableRepository = RepositoryName.refine((name) => !isReservedRepository(name), {
  error: RESERVED,
});

const Tags = items(Tag, { least: 1, most: 10_000 }).refine(
  (tags) => new Set(tags).size === tags.length,
);

/** One repository with its tags by name, or `["*"]` for every tag that is not a patch. */
const RepositoryRule = z.strictObject({
  repository: PatchableRepository,
  tags: z.union([z.tuple([z.literal('*')]), Tags], {
    error: 'must be ["*"] alone, or a list of one or more different tags',
  }),
  enabled: z.boolean().default(true),
});

/**
 * The policy (docs/policy.md): version 1 of ACR Continuous Patching's document, so that an existing one
 * works unchanged. Unlike there, an unknown key is a fault.
 */
export const Policy = z.strictObject({
  version: z.literal('v1'),
  'tag-convention': z.enum(['incremental', 'floating']).default('incremental'),
  repositories: items(RepositoryRule, { least: 1, most: 10_000, faultyItems: MAX_FAULTS + 1 }),
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
  const parsed = schema.safeParse(document.value);
  if (parsed.success) return { ok: true, value: withOneRuleEach(parsed.data) };
  const faults = parsed.error.issues
    .slice(0, MAX_FAULTS)
    .map((issue) => faultLine(`${pathOf(issue.path)}: ${issue.message}`));
  const more = parsed.error.issues.length > MAX_FAULTS ? ['and more faults than are shown'] : [];
  return { ok: false, fault: [...faults, ...more] };
}

/**
 * Merges the entries of one repository. Each enabled entry adds its tags, as in ACR Continuous
 * Patching; `*` holds all others.
 */
function withOneRuleEach(policy: Policy): Policy {
  const entries = new Map<RepositoryName, { rule: RepositoryRule; tags: Set<string> }>();
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

/** Formats a path as `repositories[2].tags`. */
function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the policy';
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}
