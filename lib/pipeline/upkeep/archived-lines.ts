import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { sha256Hex } from '../../image/digest.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { TABLES } from '../../storage/tables.ts';
import { archiveLine, archiveName } from '../records/run-archive.ts';
import type { RunId } from '../records/run-id.ts';
import type { Services } from '../services.ts';

/** So many rows are compressed at once. The parts of a gzip file may follow each other. */
const LINES_AT_ONCE = 500;
const MAX_BYTES = 64 * 1024 ** 2;
const MAX_UNPACKED_BYTES = 256 * 1024 ** 2;
const LINE_END = 10;

type ArchiveServices = Pick<Services, 'blobs' | 'runRows'>;

/**
 * The SHA-256 of each line in the run's archive, as it was read back. Writes the archive if there is none.
 * Throws if what is there is no archive of this run: then no row may be deleted.
 */
export async function archivedLines(
  services: ArchiveServices,
  runId: RunId,
): Promise<ReadonlySet<string>> {
  // An earlier round may have deleted rows since it wrote the archive: a new one would lack them.
  const known = await readBack(services, runId);
  if (known !== undefined) return known;
  const bytes = await packed(services, runId);
  await services.blobs.create(CONTAINERS.archive, archiveName(runId), bytes, 'application/gzip');
  const written = await readBack(services, runId);
  if (written === undefined)
    throw new Error(`the archive of ${runId} was written, and is not there`);
  return written;
}

/** The run's own row comes first. */
async function packed({ runRows }: ArchiveServices, runId: RunId): Promise<Uint8Array> {
  const own = await runRows.own(runId);
  if (own === undefined) throw new Error(`${runId} has just been deleted`);
  const parts: Buffer[] = [];
  let lines = [archiveLine(own.table, own.entity)];
  for await (const { table, entity } of runRows.others(runId)) {
    lines.push(archiveLine(table, entity));
    if (lines.length < LINES_AT_ONCE) continue;
    parts.push(packedLines(lines));
    lines = [];
  }
  if (lines.length > 0) parts.push(packedLines(lines));
  return Buffer.concat(parts);
}

function packedLines(lines: readonly string[]): Buffer {
  return gzipSync(`${lines.join('\n')}\n`);
}

async function readBack(
  { blobs }: ArchiveServices,
  runId: RunId,
): Promise<ReadonlySet<string> | undefined> {
  const blob = await blobs.read(CONTAINERS.archive, archiveName(runId), MAX_BYTES);
  if (!blob.found) {
    if (blob.why === 'absent') return undefined;
    throw notAnArchive(runId, `it has more than ${MAX_BYTES} bytes`);
  }
  const hashes = new Set<string>();
  const text = unpacked(runId, blob.bytes);
  let from = 0;
  for (let end = text.indexOf(LINE_END); end !== -1; end = text.indexOf(LINE_END, from)) {
    const line = text.subarray(from, end);
    if (from === 0) checkFirst(runId, line.toString());
    hashes.add(sha256Hex(line));
    from = end + 1;
  }
  if (from !== text.length || from === 0) throw notAnArchive(runId, 'its last line has no end');
  return hashes;
}

function unpacked(runId: RunId, bytes: Uint8Array): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch {
    throw notAnArchive(runId, 'it is no complete gzip file of a sane size');
  }
}

function checkFirst(runId: RunId, line: string): void {
  const First = z.object({ table: z.literal(TABLES.runs), runId: z.literal(runId) });
  const isOwn = First.safeParse(parsed(line)).success;
  if (!isOwn) throw notAnArchive(runId, 'its first line is not the row of the run');
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function notAnArchive(runId: RunId, why: string): Error {
  const blob = `${CONTAINERS.archive}/${archiveName(runId)}`;
  return new Error(
    `no row of ${runId} is deleted, because the blob ${blob} is no archive of it: ${why}. ` +
      'Rename the blob: the next round of the reaper writes a new one',
  );
}
