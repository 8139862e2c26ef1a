import { inParallel } from '../in-parallel.ts';
import type { InventoryTag } from '../pipeline/records/inventory-tag.ts';
import type { TagFinding } from '../pipeline/records/tag-finding.ts';
import { partitionOf } from '../pipeline/stores/tables/inventory-keys.ts';
import type { TableQuery } from '../storage/table-queries.ts';
import { type FindingFilters, listFindings } from './findings.ts';
import { type History, type Page, pageOf } from './history.ts';
import { TAG_ROWS } from './tag-rows.ts';

const AT_ONCE = 8;
/** Tags with the vulnerability that are looked at for one page, if other filters leave most of them out. */
const MOST_LOOKED_AT = 1000;
/** Small pages are read one after another, and so are those of tags that no longer have it. */
const MOST_PAGES = 10;

/**
 * The images that have a vulnerability and match `where`. One operation for each page of its rows in
 * PatchwrightFindings, and one for each tag that has it. No report is read.
 */
export async function imagesWith(
  history: Pick<History, 'queries'>,
  vulnerability: string,
  query: Pick<TableQuery, 'where'> & {
    readonly repository: FindingFilters['repository'];
    readonly limit: number;
    readonly after: string | undefined;
  },
): Promise<Page<InventoryTag>> {
  const { repository, limit, where } = query;
  const items: InventoryTag[] = [];
  let [unreadable, looked] = [0, 0];
  let after = query.after;
  for (let pages = 1; ; pages += 1) {
    const page = await listFindings(history, vulnerability, {
      ...(repository !== undefined && { repository }),
      limit: String(limit - items.length),
      ...(after !== undefined && { after }),
    });
    const found = await inParallel(page.items, AT_ONCE, (one) => imageOf(history, one, where));
    for (const image of found) {
      items.push(...image.items);
      unreadable += image.unreadable;
    }
    unreadable += page.unreadable;
    looked += page.items.length;
    const { next } = page;
    const isEnough = items.length >= limit || looked >= MOST_LOOKED_AT || pages >= MOST_PAGES;
    if (next === null || isEnough) {
      return { items, next, unreadable };
    }
    after = next;
  }
}

/** The tag's row if it matches; a filter in the query saves reading its columns here. */
function imageOf(
  history: Pick<History, 'queries'>,
  { repository, tag }: TagFinding,
  where: TableQuery['where'],
): Promise<Page<InventoryTag>> {
  return pageOf(history, TAG_ROWS, {
    partition: partitionOf(repository),
    // No tag has a character that sorts before "-", so this is one row.
    rows: { from: tag, below: `${tag}!` },
    ...(where !== undefined && { where }),
    limit: 1,
  });
}
