import * as z from 'zod';
import type { Policy, RepositoryRule } from './policy.ts';
import {
  type ConfiguredRepositories,
  isConfiguredRepository,
  isReservedRepository,
} from './reserved-repositories.ts';

/** In the order of the list: what a person may have to do something about comes first. */
export const COVERAGES = ['uncovered', 'faulty', 'missing', 'disabled', 'covered'] as const;
export type Coverage = (typeof COVERAGES)[number];

/** A repository of the registry, or one that only the policy names. */
export const RepositoryCoverage = z.object({
  repository: z.string(),
  coverage: z.enum(COVERAGES),
  /** `*` for every tag, or the tags by name; null without a usable entry of the policy. */
  tags: z.array(z.string()).nullable(),
  /** Why the policy's entry can't be used; null if it can. */
  fault: z.string().nullable(),
});
export type RepositoryCoverage = z.infer<typeof RepositoryCoverage>;

export interface PolicyCoverage {
  readonly items: readonly RepositoryCoverage[];
  /** Repositories of Patchwright and of the policy, which are left out. */
  readonly reserved: number;
}

/** Compares the repositories of the registry with those that the policy names. */
export function policyCoverage(
  repositories: ReadonlySet<string>,
  { repositories: rules, faulty }: Pick<Policy, 'repositories' | 'faulty'>,
  configured: ConfiguredRepositories,
): PolicyCoverage {
  const ruleOf = new Map<string, RepositoryRule>(rules.map((rule) => [rule.repository, rule]));
  const faultOf = new Map<string, string>(
    faulty.flatMap(({ repository, faults: [first = 'can’t be used'] }) =>
      repository === undefined ? [] : [[repository, first]],
    ),
  );
  const isReserved = (name: string) =>
    isReservedRepository(name) || isConfiguredRepository(name, configured);
  const listed = [...repositories].filter((name) => !isReserved(name));
  const all = new Set([...listed, ...ruleOf.keys(), ...faultOf.keys()]);
  const items = [...all].map((repository): RepositoryCoverage => {
    const rule = ruleOf.get(repository);
    const fault = rule === undefined ? (faultOf.get(repository) ?? null) : null;
    const coverage = coverageOf(rule, fault, repositories.has(repository));
    return { repository, coverage, tags: rule === undefined ? null : [...rule.tags], fault };
  });
  return { items: items.sort(byCoverage), reserved: repositories.size - listed.length };
}

function coverageOf(
  rule: RepositoryRule | undefined,
  fault: string | null,
  isThere: boolean,
): Coverage {
  if (rule === undefined) return fault === null ? 'uncovered' : 'faulty';
  if (!isThere) return 'missing';
  return rule.enabled ? 'covered' : 'disabled';
}

function byCoverage(one: RepositoryCoverage, other: RepositoryCoverage): number {
  const order = COVERAGES.indexOf(one.coverage) - COVERAGES.indexOf(other.coverage);
  return order || (one.repository < other.repository ? -1 : 1);
}
