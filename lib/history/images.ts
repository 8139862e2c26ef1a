import { RepositoryName } from '../image/reference.ts';
import type { InventoryTag } from '../pipeline/records/inventory-tag.ts';
import { partitionOf } from '../pipeline/stores/tables/inventory-keys.ts';
import { SEVERITIES, type Severity } from '../report/finding.ts';
import type { Condition, TableQuery } from '../storage/table-queries.ts';
import { beginning, oneOf, when } from './conditions.ts';
import { momentOf, wordsOf } from './filter-text.ts';
import type { ImageFilters } from './filters.ts';
import { type History, type Page, pageOf } from './history.ts';
import { imagesWith } from './images-with.ts';
import { IS_TAG, TAG_ROWS } from './tag-rows.ts';

const DEFAULT_LIMIT = 100;

/**
 * The present state of images, by repository and tag. One operation for each page: in one partition or
 * a range of them if `repository` is given, else over the whole inventory. With `cve`, one operation for
 * each of its images instead.
 */
export function listImages(
  history: Pick<History, 'queries'>,
  filters: ImageFilters,
  now: Date,
): Promise<Page<InventoryTag>> {
  const { repository, after, cve } = filters;
  const limit = filters.limit === undefined ? DEFAULT_LIMIT : Number(filters.limit);
  const where = [[IS_TAG], ...conditionsOf(filters, now)];
  if (cve !== undefined) return imagesWith(history, cve, { repository, where, limit, after });
  const partitions = repository === undefined ? {} : partitionsOf(repository);
  return pageOf(history, TAG_ROWS, { ...partitions, where, limit, after });
}

function conditionsOf(filters: ImageFilters, now: Date): NonNullable<TableQuery['where']> {
  const { state, reason, severity, fixable, scannedBefore, since, changedIn, present } = filters;
  const date = (text: string | undefined) => momentOf(text ?? '', now);
  return [
    [{ column: 'present', is: 'eq', value: present !== 'false' }],
    ...oneOf('state', wordsOf(state)),
    ...oneOf('reason', wordsOf(reason)),
    ...(severity === undefined ? [] : [withFindings(severity)]),
    ...when(fixable === 'true', () => ({ column: 'fixable', is: 'gt', value: 0 })),
    ...when(fixable === 'false', () => ({ column: 'fixable', is: 'eq', value: 0 })),
    ...when(scannedBefore !== undefined, () => ({
      column: 'scannedAt',
      is: 'lt',
      value: date(scannedBefore),
    })),
    ...when(since !== undefined, () => ({ column: 'at', is: 'ge', value: date(since) })),
    ...oneOf('changedIn', changedIn === undefined ? [] : [changedIn]),
  ];
}

/** A finding of this severity or a higher one. */
function withFindings(severity: Severity): readonly Condition[] {
  const columns = SEVERITIES.slice(0, SEVERITIES.indexOf(severity) + 1);
  return columns.map((column) => ({ column, is: 'gt', value: 0 }));
}

/** The partitions of a repository, or of those with one beginning. */
function partitionsOf(pattern: string): Pick<TableQuery, 'partition'> {
  const name = RepositoryName.safeParse(pattern);
  if (name.success) return { partition: partitionOf(name.data) };
  const prefix = pattern.slice(0, -1).replaceAll('/', '|');
  return prefix === '' ? {} : { partition: beginning(prefix) };
}
