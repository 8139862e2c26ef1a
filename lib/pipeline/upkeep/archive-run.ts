import { sha256Hex } from '../../image/digest.ts';
import { inParallel } from '../../in-parallel.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { TABLES } from '../../storage/tables.ts';
import type { Run } from '../records/run.ts';
import { archiveLine, archiveName } from '../records/run-archive.ts';
import { TargetTrace, tagStandsOn } from '../records/tag-stands-on.ts';
import { type Services, secondsAfter } from '../services.ts';
import { ARCHIVED_PARTITION } from '../stores/run-archives.ts';
import type { RunRow } from '../stores/run-rows.ts';
import type { Stored } from '../stores/stored.ts';
import { archivedLines } from './archived-lines.ts';

const CALLS_AT_ONCE = 8;
/** An image in use may be scanned again, or deleted; somebody may restore a blob. */
const LOOK_AGAIN_SECONDS = 24 * 3600;

/** How much one round of the reaper does. The next one goes on. */
export interface RetainLimits {
  readonly mostDeleted: number;
  /** Rows in memory. */
  readonly pageRows: number;
}
const RETAIN_LIMITS: RetainLimits = { mostDeleted: 3000, pageRows: 200 };

type Fate = 'deleted' | 'in-use' | 'not-archived';

/**
 * Archives the rows of an old run, reads the archive back, and deletes the rows that are in it. The run's
 * own row goes last, so that a later round goes on after a cut. Rows on which the present state of an image
 * stands remain, and so does the run's row. A faulty archive delays this run by a day, and no other. Two
 * rounds at once delete the same rows.
 */
export async function archiveRun(
  services: Services,
  run: Stored<Run>,
  limits: RetainLimits = RETAIN_LIMITS,
): Promise<void> {
  const archived = await archivedLines(services, run.id);
  if (!archived.ok) {
    warnOfFault(services, run, archived.fault);
    await lookAgain(services, run);
    return;
  }
  const archive = archiveName(run.id);
  const noted = run.archive === archive ? run : await services.runs.noteArchive(run, { archive });
  // Another round has this run.
  if (noted === undefined) return;
  const { counts, isWhole } = await deleteRows(services, run, archived.value.lines, limits);
  const { deleted, 'in-use': inUse, 'not-archived': others } = counts;
  if (deleted > 0) {
    const found = { runId: run.id, blob: archive, deleted, inUse };
    services.log.info('rows of an old run archived', found);
  }
  if (!isWhole) return;
  if (others > 0) warnOfFault(services, run, `it does not hold ${others} rows of the run`);
  if (inUse + others > 0) await lookAgain(services, noted);
  else await services.runs.delete(noted);
}

/** Once a day for each such run, because the next look is a day later. */
function warnOfFault({ log }: Services, { id }: Run, fault: string): void {
  const blob = `${CONTAINERS.archive}/${archiveName(id)}`;
  log.warn('archive of an old run is faulty, its rows are kept', {
    ...{ runId: id, blob, detail: `the blob ${blob}: ${fault}` },
    whatToDo:
      "restore the blob as it was. If you can't, keep it under another name, delete it and the row of " +
      `the run in partition "${ARCHIVED_PARTITION}" of PatchwrightState: the rows that are left get a new archive`,
  });
}

async function lookAgain({ runs, clock }: Services, run: Stored<Run>): Promise<void> {
  await runs.noteArchive(run, { archiveNextAt: secondsAfter(clock.now(), LOOK_AGAIN_SECONDS) });
}

/** Deletes a number of rows at most, page by page. */
async function deleteRows(
  services: Services,
  run: Run,
  lines: ReadonlySet<string>,
  { mostDeleted, pageRows }: RetainLimits,
) {
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
    if (page.length < pageRows) continue;
    await handlePage();
    if (counts.deleted >= mostDeleted) return { counts, isWhole: false };
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
