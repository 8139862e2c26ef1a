import { archiveView, listArchives } from '../history/archived-runs.ts';
import { type History, pageOf } from '../history/history.ts';
import { RUN_ROWS } from '../history/runs.ts';
import { RUN_PARTITION, rowKeyAt } from '../pipeline/stores/tables/table-runs.ts';
import type { KeyRange } from '../storage/table-queries.ts';
import { type EvidencePart, missing } from './evidence-part.ts';
import type { EvidenceRange } from './evidence-range.ts';
import { ListedPatches } from './listed-patches.ts';
import { runEvidence } from './run-evidence.ts';

const PAGE = 100;

/**
 * Everything that the bundle of a range holds, newest run first, read page by page. What can't be read
 * is a part too: nothing is left out silently.
 */
export async function* evidenceParts(
  history: Pick<History, 'queries' | 'blobs'>,
  { from, to }: EvidenceRange,
  limits: { readonly mostReportBytes: number },
): AsyncGenerator<EvidencePart> {
  // Row keys of runs descend with time.
  const rows = { from: rowKeyAt(to.getTime() - 1), below: rowKeyAt(from.getTime() - 1) };
  const patches = new ListedPatches();
  let after: string | undefined;
  do {
    const page = await pageOf(history, RUN_ROWS, {
      partition: RUN_PARTITION,
      rows,
      limit: PAGE,
      after,
    });
    if (page.unreadable > 0) {
      yield missing(`${page.unreadable} runs`, 'this version can’t read their rows');
    }
    for (const run of page.items) yield* runEvidence(history, run, { ...limits, patches });
    after = page.next ?? undefined;
  } while (after !== undefined);
  yield* patches.unverified();
  // Read last: the rows of a run may be archived while they are read here.
  yield* archivedRuns(history, rows);
}

async function* archivedRuns(
  history: Pick<History, 'queries'>,
  rows: KeyRange,
): AsyncGenerator<EvidencePart> {
  let after: string | undefined;
  do {
    const page = await listArchives(history, { rows, limit: PAGE, after });
    if (page.unreadable > 0) {
      yield missing(`${page.unreadable} archived runs`, 'this version can’t read their rows');
    }
    for (const archive of page.items) yield { kind: 'archived', archive: archiveView(archive) };
    after = page.next ?? undefined;
  } while (after !== undefined);
}
