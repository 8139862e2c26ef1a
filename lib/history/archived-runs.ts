import * as z from 'zod';
import type { RunArchive } from '../pipeline/records/run-archive.ts';
import type { RunId } from '../pipeline/records/run-id.ts';
import { ARCHIVED_PARTITION } from '../pipeline/stores/run-archives.ts';
import { archiveKeysOf, RUN_ARCHIVES } from '../pipeline/stores/tables/table-run-archives.ts';
import { CONTAINERS } from '../storage/blobs.ts';
import type { KeyRange } from '../storage/table-queries.ts';
import { TABLES } from '../storage/tables.ts';
import { beginsWith } from './conditions.ts';
import { type History, type Page, pageOf, parserOf } from './history.ts';

/** Where the rows of an old run are, for people and programs. */
export const ArchiveView = z
  .object({
    runId: z.string(),
    container: z.string(),
    blob: z.string(),
    /** Of the blob, which is compressed. */
    sha256: z.string(),
    bytes: z.number().int().nonnegative(),
    rows: z.number().int().nonnegative(),
    archivedAt: z.iso.datetime(),
  })
  .meta({ id: 'Archive' });
export type ArchiveView = z.infer<typeof ArchiveView>;

const ARCHIVE_ROWS = { table: TABLES.state, parse: parserOf(RUN_ARCHIVES) };

export function archiveView({ archivedAt, ...archive }: RunArchive): ArchiveView {
  return { ...archive, container: CONTAINERS.archive, archivedAt: archivedAt.toISOString() };
}

/** One operation: a point read. */
export async function archiveOf(
  { tables }: Pick<History, 'tables'>,
  id: RunId,
): Promise<RunArchive | undefined> {
  const { partitionKey, rowKey } = archiveKeysOf(id);
  const stored = await tables.get(TABLES.state, partitionKey, rowKey);
  return stored === undefined ? undefined : ARCHIVE_ROWS.parse(stored.entity);
}

/** Some archived runs whose ids begin so. One operation. */
export async function archivesBeginning(
  history: Pick<History, 'queries'>,
  prefix: string,
  limit: number,
): Promise<readonly RunArchive[]> {
  const where = beginsWith('runId', prefix);
  return (await pageOf(history, ARCHIVE_ROWS, { partition: ARCHIVED_PARTITION, where, limit }))
    .items;
}

/** Archived runs, newest first, in a range of the runs' row keys. One operation for a page. */
export function listArchives(
  history: Pick<History, 'queries'>,
  query: { readonly rows?: KeyRange; readonly limit: number; readonly after?: string | undefined },
): Promise<Page<RunArchive>> {
  return pageOf(history, ARCHIVE_ROWS, { partition: ARCHIVED_PARTITION, ...query });
}
