import * as z from 'zod';
import { FindingState, type TagFinding } from '../pipeline/records/tag-finding.ts';
import { FINDINGS, vulnerabilityPartition } from '../pipeline/stores/tables/finding-rows.ts';
import { TABLES } from '../storage/tables.ts';
import { beginning, oneOf } from './conditions.ts';
import { Continuation, Limit, listOf, RepositoryPattern, wordsOf } from './filter-text.ts';
import { type History, type Page, pageOf, parserOf } from './history.ts';

/** Filters of the tags that have a vulnerability. Without `state`, those that have it no longer are left out. */
export const FindingFilters = z.strictObject({
  state: listOf(FindingState.options).optional(),
  repository: RepositoryPattern.optional(),
  limit: Limit(1000).optional(),
  after: Continuation.optional(),
});
export type FindingFilters = z.infer<typeof FindingFilters>;

/** The id of a vulnerability, as Trivy writes it: `CVE-2026-109518`. */
export const VulnerabilityId = z
  .string()
  .regex(/^[A-Za-z0-9_.:+/-]{3,64}$/, 'must be an id such as CVE-2026-109518');

const DEFAULT_LIMIT = 100;
const FINDING_ROWS = { table: TABLES.findings, parse: parserOf(FINDINGS) };
const PRESENT = FindingState.options.filter((state) => state !== 'gone');

/** Where a vulnerability is. One operation for each page, in the vulnerability's own partition. */
export function listFindings(
  history: Pick<History, 'queries'>,
  vulnerability: string,
  { state, repository, limit, after }: FindingFilters,
): Promise<Page<TagFinding>> {
  return pageOf(history, FINDING_ROWS, {
    partition: vulnerabilityPartition(vulnerability),
    ...(repository !== undefined && repository !== '*' && { rows: rowsOf(repository) }),
    where: oneOf('state', state === undefined ? PRESENT : wordsOf(state)),
    limit: limit === undefined ? DEFAULT_LIMIT : Number(limit),
    after,
  });
}

/** Row keys begin with the repository: `team|api:1.4`. */
function rowsOf(pattern: string) {
  const key = pattern.replaceAll('/', '|');
  return beginning(key.endsWith('*') ? key.slice(0, -1) : `${key}:`);
}
