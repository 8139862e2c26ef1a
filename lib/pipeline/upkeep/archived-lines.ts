import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { sha256Hex } from '../../image/digest.ts';
import type { Result } from '../../result.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { StorageError } from '../../storage/storage-error.ts';
import { TABLES } from '../../storage/tables.ts';
import { archiveLine, archiveName, type RunArchive } from '../records/run-archive.ts';
import type { RunId } from '../records/run-id.ts';
import type { Services } from '../services.ts';
import { unpackedLines } from './unpacked-lines.ts';

/** So many rows are compressed at once. The parts of a gzip file may follow each other. */
const LINES_AT_ONCE = 500;
/** Some hundred thousand images. A larger archive is not written, because it could not be read back. */
const MAX_BYTES = 256 * 1024 ** 2;

type ArchiveServices = Pick<Services, 'blobs' | 'runRows' | 'runArchives' | 'clock'>;

/** The archive of a run, as it was read back. */
export interface ArchivedLines {
  readonly archive: RunArchive;
  /** The SHA-256 of each line. */
  readonly lines: ReadonlySet<string>;
}

/**
 * The archive of a run. Writes it if there is none, and notes what it holds. A fault says why the blob can't be
 * the archive of this run; then no row may be deleted. Throws if no archive can be written.
 */
export async function archivedLines(
  services: ArchiveServices,
  runId: RunId,
): Promise<Result<ArchivedLines>> {
  const noted = await services.runArchives.find(runId);
  // An earlier round may have deleted rows since it wrote the archive: a new one would lack them.
  let bytes = await archiveBytes(services, runId);
  if (bytes === undefined && noted === undefined) {
    const all = await packed(services, runId);
    await services.blobs.create(CONTAINERS.archive, archiveName(runId), all, 'application/gzip');
    bytes = await archiveBytes(services, runId);
  }
  if (bytes === undefined) return fault('it was deleted, or it has just been written and is gone');
  if (!bytes.ok) return bytes;
  const read = await readLines(runId, bytes.value);
  if (!read.ok) return read;
  const archive = {
    ...{ runId, blob: archiveName(runId), sha256: sha256Hex(bytes.value) },
    ...{ bytes: bytes.value.byteLength, rows: read.value.size, archivedAt: services.clock.now() },
  };
  if (noted !== undefined && noted.sha256 !== archive.sha256) {
    return fault(`its SHA-256 is ${archive.sha256}, and was ${noted.sha256}`);
  }
  if (noted === undefined) await services.runArchives.note(archive);
  return { ok: true, value: { archive: noted ?? archive, lines: read.value } };
}

function fault(text: string): { readonly ok: false; readonly fault: string } {
  return { ok: false, fault: text };
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
  const all = Buffer.concat(parts);
  if (all.byteLength > MAX_BYTES) {
    throw new Error(`the archive of ${runId} would have more than ${MAX_BYTES} bytes`);
  }
  return all;
}

function packedLines(lines: readonly string[]): Buffer {
  return gzipSync(`${lines.join('\n')}\n`);
}

/** Undefined if there is no such blob. */
async function archiveBytes(
  { blobs }: ArchiveServices,
  runId: RunId,
): Promise<Result<Uint8Array> | undefined> {
  try {
    const blob = await blobs.read(CONTAINERS.archive, archiveName(runId), MAX_BYTES);
    if (blob.found) return { ok: true, value: blob.bytes };
    return blob.why === 'absent' ? undefined : fault(`it has more than ${MAX_BYTES} bytes`);
  } catch (error) {
    if (isFaultOfBlob(error)) return fault(`it can't be read: ${error.message}`);
    throw error;
  }
}

/** Somebody may have moved the blob to the access tier Archive. A busy account is no fault of the blob. */
function isFaultOfBlob(error: unknown): error is StorageError {
  return error instanceof StorageError && (error.code === 'unexpected' || error.code === 'invalid');
}

async function readLines(runId: RunId, packed: Uint8Array): Promise<Result<ReadonlySet<string>>> {
  const hashes = new Set<string>();
  const { buffer, byteOffset, byteLength } = packed;
  try {
    for await (const line of unpackedLines(Buffer.from(buffer, byteOffset, byteLength))) {
      if (hashes.size === 0 && !isRunRow(runId, line.toString())) {
        return fault('its first line is not the row of the run');
      }
      hashes.add(sha256Hex(line));
    }
  } catch (error) {
    return fault(`it is no complete gzip file of lines: ${String(error)}`);
  }
  return hashes.size === 0 ? fault('it is empty') : { ok: true, value: hashes };
}

function isRunRow(runId: RunId, line: string): boolean {
  const Row = z.object({ table: z.literal(TABLES.runs), runId: z.literal(runId) });
  try {
    return Row.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}
