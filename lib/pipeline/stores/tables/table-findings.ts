import { inParallel } from '../../../in-parallel.ts';
import type { Tables } from '../../../storage/tables.ts';
import { changedFindings, type IndexChange } from '../../records/examine-tag.ts';
import type { FindingState, TagFinding } from '../../records/tag-finding.ts';
import type { IndexedFinding, TagIndex } from '../../records/tag-index.ts';
import type { Findings, TagName } from '../findings.ts';
import type { PassOver, Stored } from '../stored.ts';
import { FINDINGS, findingKeys, vulnerabilityPartition } from './finding-rows.ts';
import { INDEXES, indexKeys, type KeptIndex } from './index-rows.ts';
import { RecordTable } from './record-table.ts';

/** Attempts to write one row in a race with other writers. */
const MAX_TRIES = 50;
const ROWS_AT_ONCE = 8;

type IndexRecords = RecordTable<ReturnType<typeof INDEXES.toRow>, KeptIndex>;
type RowRecords = RecordTable<ReturnType<typeof FINDINGS.toRow>, TagFinding>;

/** One write of a tag's rows. */
interface Write {
  readonly tag: TagName;
  readonly change: IndexChange;
  readonly known: TagIndex | undefined;
  readonly pending: ReadonlySet<string>;
  readonly writtenAt: Date;
}

/**
 * PatchwrightFindings, and an index row for each tag in PatchwrightState. The index is written before the rows
 * (which ones will change) and after them, so that the next writer repairs what a crash left.
 */
export class TableFindings implements Findings {
  readonly #indexes: IndexRecords;
  readonly #rows: RowRecords;

  constructor(tables: Tables) {
    this.#indexes = new RecordTable(tables, INDEXES);
    this.#rows = new RecordTable(tables, FINDINGS);
  }

  ofTag(tag: TagName): Promise<TagIndex | undefined> {
    return this.#indexes.find(indexKeys(tag));
  }

  ofVulnerability(vulnerability: string, passOver: PassOver): AsyncIterable<TagFinding> {
    return this.#rows.listReadable(vulnerabilityPartition(vulnerability), passOver);
  }

  async change(
    tag: TagName,
    edit: (known: TagIndex | undefined) => IndexChange | undefined,
  ): Promise<TagIndex | undefined> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const known = await this.#indexes.find(indexKeys(tag));
      const change = edit(known);
      if (change === undefined) return known;
      const unsure = [...(known?.pending ?? []), ...changedFindings(known, change.next)];
      const pending = [...new Set(unsure)].filter((id) => change.undecided?.has(id) !== true);
      if (pending.length === 0 && isSameImage(known, change.next)) return known ?? change.next;
      const written = await this.#write(tag, { known, change, pending });
      if (written !== undefined) return written;
    }
    throw new Error(`too many concurrent changes to the findings of ${tag.repository}:${tag.tag}`);
  }

  async #write(
    tag: TagName,
    about: {
      readonly known: Stored<KeptIndex> | undefined;
      readonly change: IndexChange;
      readonly pending: readonly string[];
    },
  ): Promise<TagIndex | undefined> {
    const { known, change, pending } = about;
    const { runId, examinedAt, patchSeenAt = examinedAt } = change.next;
    const least = (known?.writtenAt.getTime() ?? 0) + 1;
    const writtenAt = new Date(Math.max(least, examinedAt.getTime(), patchSeenAt.getTime()));
    const nothing = { runId, examinedAt: new Date(0), findings: new Map<string, IndexedFinding>() };
    const undecided = [...(change.undecided ?? [])];
    const intent = {
      ...(known ?? nothing),
      ...tag,
      pending: [...pending, ...undecided],
      writtenAt,
    };
    const begun = pending.length === 0 ? known : await this.#put(known, intent);
    if (begun === undefined && pending.length > 0) return undefined;
    const unsure = new Set(known?.pending ?? []);
    const write = { tag, change, known, pending: unsure, writtenAt };
    const kept = new Map(change.next.findings);
    await inParallel(pending, ROWS_AT_ONCE, async (id) => {
      const row = await this.#writeRow(write, id);
      if (row !== undefined) kept.set(id, row);
    });
    const done = { ...change.next, ...tag, findings: kept, pending: undecided, writtenAt };
    return this.#put(begun, done);
  }

  #put(known: Stored<KeptIndex> | undefined, index: KeptIndex) {
    return known === undefined ? this.#indexes.insert(index) : this.#indexes.replace(known, index);
  }

  /** Returns the finding as the row now has it; undefined if it is gone. */
  async #writeRow(write: Write, id: string): Promise<IndexedFinding | undefined> {
    const { tag, change, known, writtenAt } = write;
    const wanted = change.next.findings.get(id);
    const isNew = known?.findings.has(id) !== true && !write.pending.has(id);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const row = isNew && tries === 0 ? undefined : await this.#rows.find(findingKeys(tag, id));
      // A later write has taken over: it decides, and the index of this one is refused.
      if (row !== undefined && row.writtenAt > writtenAt) return wanted;
      // If the write that left it is only late, a row that is gone already keeps it from adding one.
      if (row === undefined && wanted === undefined && !write.pending.has(id)) return undefined;
      const merged = wanted === undefined ? undefined : withEarlier(wanted, row);
      const next = rowOf(write, id, { row, merged });
      const written =
        row === undefined ? await this.#rows.insert(next) : await this.#rows.replace(row, next);
      if (written !== undefined) return merged;
    }
    throw new Error(`too many concurrent changes to a finding of ${tag.repository}:${tag.tag}`);
  }
}

/** Keeps the times of a row that a crashed write, or an earlier life of the finding, has left. */
function withEarlier(wanted: IndexedFinding, row: TagFinding | undefined): IndexedFinding {
  if (row === undefined) return wanted;
  const seenSince = earlier(wanted.seenSince, row.seenSince) ?? wanted.seenSince;
  const isBack = row.state === 'fixed' && wanted.state !== 'fixed';
  if (row.state === 'gone' || isBack) return { ...wanted, seenSince };
  return {
    ...wanted,
    seenSince,
    fixSince: wanted.fixSince && earlier(wanted.fixSince, row.fixSince),
    patchedAt: wanted.patchedAt && earlier(wanted.patchedAt, row.patchedAt),
  };
}

function earlier(a: Date, b: Date | undefined): Date {
  return b !== undefined && b < a ? b : a;
}

/** A finding that is fixed or gone keeps the texts of its row: the scan no longer tells them. */
function rowOf(
  { tag, change, known, writtenAt }: Write,
  id: string,
  {
    row,
    merged,
  }: { readonly row: TagFinding | undefined; readonly merged: IndexedFinding | undefined },
): TagFinding {
  const texts = change.about.get(id) ?? row;
  const last = merged ?? known?.findings.get(id);
  const { runId, digest, examinedAt } = change.next;
  const state: FindingState = merged?.state ?? 'gone';
  return {
    vulnerability: id,
    ...tag,
    digest: merged === undefined ? row?.digest : digest,
    state,
    severity: last?.severity ?? row?.severity ?? 'unknown',
    packages: texts?.packages ?? '',
    installed: texts?.installed ?? '',
    fixedVersion: texts?.fixedVersion ?? '',
    seenSince: merged?.seenSince ?? row?.seenSince ?? examinedAt,
    fixSince: (merged ?? row)?.fixSince,
    patchedAt: (merged ?? row)?.patchedAt,
    ...(merged === undefined && { goneAt: examinedAt }),
    runId,
    writtenAt,
  };
}

function isSameImage(known: TagIndex | undefined, next: TagIndex): boolean {
  // A tag that never had a finding needs no index, until it is gone.
  if (known === undefined) return next.digest !== undefined;
  return (
    known.beyond === next.beyond &&
    known.unlisted === next.unlisted &&
    known.digest === next.digest &&
    known.sourceDigest === next.sourceDigest &&
    known.patchDigest === next.patchDigest
  );
}
