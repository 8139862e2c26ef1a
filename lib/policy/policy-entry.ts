import * as z from 'zod';
import { RepositoryName } from '../image/reference.ts';
import {
  MAX_FAULTS_OF_AN_ENTRY,
  type PolicyIssue,
  policyWords,
  unknownKeys,
} from './policy-faults.ts';
import { RepositoryRule } from './repository-rule.ts';
import {
  type ConfiguredRepositories,
  isConfiguredRepository,
  RESERVED,
} from './reserved-repositories.ts';

const KEYS: ReadonlySet<string> = new Set(Object.keys(RepositoryRule.shape));
const Named = z.object({ repository: RepositoryName });

/** What one entry of `repositories` says, or why it can't be used. */
export type ParsedEntry =
  | { readonly ok: true; readonly rule: RepositoryRule; readonly warnings: readonly PolicyIssue[] }
  | {
      readonly ok: false;
      readonly at: number;
      readonly repository: RepositoryName | undefined;
      readonly issues: readonly PolicyIssue[];
    };

export function parseEntry(
  entry: unknown,
  at: number,
  configured: ConfiguredRepositories | undefined,
): ParsedEntry {
  const place = ['repositories', at];
  const parsed = RepositoryRule.safeParse(entry, { error: policyWords });
  const repository = Named.safeParse(entry).data?.repository;
  const issues = (parsed.error?.issues ?? [])
    .slice(0, MAX_FAULTS_OF_AN_ENTRY)
    .map(({ path, message }): PolicyIssue => ({ path: [...place, ...path], message }));
  if (configured !== undefined && repository !== undefined) {
    if (isConfiguredRepository(repository, configured)) {
      issues.push({ path: [...place, 'repository'], message: RESERVED });
    }
  }
  if (!parsed.success || issues.length > 0) return { ok: false, at, repository, issues };
  return { ok: true, rule: parsed.data, warnings: unknownKeys(entry, KEYS, place) };
}
