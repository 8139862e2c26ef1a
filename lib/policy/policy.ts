import * as z from 'zod';

import type { RepositoryName } from '../image/reference.ts';
import { TagConventions } from '../image/tag-convention.ts';
import type { Result } from '../result.ts';
import { type ParsedEntry, parseEntry } from './policy-entry.ts';
import {
  issueLines,
  MAX_FAULTS,
  type PolicyIssue,
  policyWords,
  unknownKeys,
} from './policy-faults.ts';
import { readDocument } from './read-document.ts';
import { mergeRules, RegainedSetuid, type RepositoryRule } from './repository-rule.ts';
import type { ConfiguredRepositories } from './reserved-repositories.ts';

export type { RepositoryRule } from './repository-rule.ts';

/** The same limit as in ACR Continuous Patching. */
export const MAX_POLICY_BYTES = 10 * 1024 * 1024;
const MAX_ENTRIES = 10_000;

/**
 * The policy (docs/policy.md): version 1 of ACR Continuous Patching's document, so that an existing one
 * works unchanged.
 */
export interface Policy {
  readonly version: 'v1';
  readonly 'tag-convention': TagConventions;
  readonly 'regained-setuid': RegainedSetuid;
  /** The entries that can be used: one rule for each repository. */
  readonly repositories: readonly RepositoryRule[];
  /** The entries that can't be used, in the order of the document. */
  readonly faulty: readonly FaultyEntry[];
  /** What has no effect, such as an unknown key. One a line. */
  readonly warnings: readonly string[];
}

export interface FaultyEntry {
  /** Index in `repositories` of the document. */
  readonly at: number;
  /** Undefined if the entry names no possible repository. */
  readonly repository: RepositoryName | undefined;
  /** One a line; each says where and what is wrong. */
  readonly faults: readonly string[];
}

const Head = z.object({
  version: z.literal('v1'),
  'tag-convention': TagConventions.default('incremental'),
  'regained-setuid': RegainedSetuid.default('publish'),
  repositories: z.array(z.unknown()).min(1).max(MAX_ENTRIES),
});
const HEAD_KEYS: ReadonlySet<string> = new Set(Object.keys(Head.shape));

const Entries = z.object({ repositories: z.array(z.unknown()).max(MAX_ENTRIES) });

/**
 * Parses the policy. Entries that can't be used are returned in `faulty`; with `configured`, an entry
 * that names one of these repositories is one of them. Fails if the document itself is faulty or has no
 * usable entry: with at most 50 faults, and a line that says that there are more.
 */
export function parsePolicy(
  text: string,
  configured?: ConfiguredRepositories,
): Result<Policy, readonly string[]> {
  const document = readDocument(text, MAX_POLICY_BYTES);
  if (!document.ok) return { ok: false, fault: [document.fault] };
  const head = Head.safeParse(document.value, { error: policyWords });
  const listed = Entries.safeParse(document.value);
  const entries = (listed.success ? listed.data.repositories : []).map((entry, at) =>
    parseEntry(entry, at, configured),
  );
  const faulty = entries.filter((entry) => !entry.ok);
  const lines = (issues: readonly PolicyIssue[]) => issueLines(text, document.value, issues);
  if (!head.success || faulty.length === entries.length) {
    const issues = [...(head.error?.issues ?? []), ...faulty.flatMap(({ issues }) => issues)];
    return { ok: false, fault: firstOf(lines(issues.slice(0, MAX_FAULTS + 1)), 'faults') };
  }
  const used = entries.filter((entry) => entry.ok);
  const unknown = [
    ...unknownKeys(document.value, HEAD_KEYS, []),
    ...used.flatMap(({ warnings }) => warnings),
  ];
  const value: Policy = {
    version: head.data.version,
    'tag-convention': head.data['tag-convention'],
    'regained-setuid': head.data['regained-setuid'],
    repositories: mergeRules(used.map(({ rule }) => rule)),
    faulty: withLines(faulty, lines),
    warnings: firstOf(lines(unknown.slice(0, MAX_FAULTS + 1)), 'warnings'),
  };
  return { ok: true, value };
}

/** True if the policy refuses a patch of the repository in which files have setuid again. */
export function refusesSetuid(
  policy: Pick<Policy, 'regained-setuid'>,
  rule: Pick<RepositoryRule, 'regained-setuid'>,
): boolean {
  return (rule['regained-setuid'] ?? policy['regained-setuid']) === 'refuse';
}

/** All lines at once, since each call reads the whole document. */
function withLines(
  faulty: readonly Extract<ParsedEntry, { readonly ok: false }>[],
  lines: (issues: readonly PolicyIssue[]) => readonly string[],
): readonly FaultyEntry[] {
  const all = lines(faulty.flatMap(({ issues }) => issues));
  let end = 0;
  return faulty.map(({ at, repository, issues }) => {
    end += issues.length;
    return { at, repository, faults: all.slice(end - issues.length, end) };
  });
}

/** The first lines, and one more if there are others. */
function firstOf(lines: readonly string[], what: 'faults' | 'warnings'): readonly string[] {
  if (lines.length <= MAX_FAULTS) return lines;
  return [
    ...lines.slice(0, MAX_FAULTS),
    `there are more ${what}; only the first ${MAX_FAULTS} are shown`,
  ];
}
