import { sha256Hex } from '../../image/digest.ts';
import { inParallel } from '../../in-parallel.ts';
import { TABLES } from '../../storage/tables.ts';
import type { Run } from '../records/run.ts';
import { archiveLine, archiveName } from '../records/run-archive.ts';
import { TargetTrace, tagStandsOn } from '../records/tag-stands-on.ts';
import { type Services, secondsAfter } from '../services.ts';
import type { RunRow } from '../stores/run-rows.ts';
import type { Stored } from '../stores/stored.ts';
import { archivedLines } from './archived-lines.ts';

/** The next round of the reaper goes on. */
const MOST_DELETED = 3000;
const ROWS_AT_ONCE = 200;
const CALLS_AT_ONCE = 8;
/** An image in use may be scanned again, or deleted. */
const LOOK_AGAIN_SECONDS = 24 * 3600;

type Fate = 'deleted' | 'in-use' | 'not-archived';

/**
 * Archives the rows of an old run, reads the archive back, and deletes the rows that are in it. The run's
 * own row goes last, so that a later round goes on after a cut. Rows on which the present state of an image
 * stands remain, and so does the run's row. Two rounds at once delete the same rows.
 */
export async function archiveRun(services: Services, run: Stored<Run>): Promise<void> {
  const archive = archiveName(run.id);
  const lines = await archivedLines(services, run.id);
  const noted = run.archive === archive ? run : await services.runs.noteArchive(run, { archive });
  // Another round has this run.
  if (noted === undefined) return;
  const { counts, isWhole } = await deleteRows(services, run, lines);
  services.log.info('rows of an old run archived', {
    ...{ runId: run.id, blob: archive, deleted: counts.deleted, inUse: counts['in-use'] },
  });
  if (counts['not-archived'] > 0) {
    services.log.error('rows remain that the archive of their run does not hold', {
      ...{ runId: run.id, blob: archive, rows: counts['not-archived'] },
    });
  }
  if (!isWhole) return;
  if (counts['in-use'] + counts['not-archived'] > 0) {
    const archiveNextAt = secondsAfter(services.clock.now(), LOOK_AGAIN_SECONDS);
    await services.runs.noteArchive(noted, { archiveNextAt });
    return;
  }
  await services.runs.delete(noted);
}

/** Deletes a number of rows at most, page by page. */
async function deleteRows(services: Services, run: Run, lines: ReadonlySet<string>) {
  const counts = { deleted: 0, 'in-use': 0, 'not-archived': 0 };
  const page: RunRow[] = [];
  const handlePage = async () => {
    const fates = await inParallel(page.splice(0), CALLS_AT_ONCE, (row) =>
      deleteRow(services, row, lines),
    );
    for (const fate of fates) counts[fate] += 1;
  };
  for await (const row of services.runRows.others(run.id)) {
    page.push(row);
    if (page.length < ROWS_AT_ONCE) continue;
    await handlePage();
    if (counts.deleted >= MOST_DELETED) return { counts, isWhole: false };
  }
  await handlePage();
  return { counts, isWhole: true };
}

async function deleteRow(
  services: Services,
  row: RunRow,
  lines: ReadonlySet<string>,
): Promise<Fate> {
  if (!lines.has(sha256Hex(archiveLine(row.table, row.entity)))) return 'not-archived';
  if (row.table === TABLES.targets && (await isInUse(services, row))) return 'in-use';
  // A row that was changed since is no longer the archived one.
  return (await services.runRows.delete(row)) ? 'deleted' : 'not-archived';
}

async function isInUse({ inventory }: Services, { entity }: RunRow): Promise<boolean> {
  // Not every target is a tag: the one of a missing repository is no image.
  const trace = TargetTrace.safeParse(entity).data;
  if (trace === undefined) return false;
  return tagStandsOn(await inventory.findTag(trace), trace);
}
