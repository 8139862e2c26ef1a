import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { RepositoryName, Tag } from '../../../image/reference.ts';
import { StorageError } from '../../../storage/storage-error.ts';
import { TABLES } from '../../../storage/tables.ts';
import {
  packFindings,
  type TagIndex,
  TagIndexHead,
  unpackFindings,
} from '../../records/tag-index.ts';
import type { TagName } from '../findings.ts';
import { partitionOf } from './inventory-keys.ts';
import type { RowMapping } from './record-table.ts';

/** The findings of a tag, and which of its rows a writer may have left half-written. */
export interface KeptIndex extends TagIndex, TagName {
  readonly pending: readonly string[];
  /** Later for each write, so that a row tells whether a later write has changed it. */
  readonly writtenAt: Date;
}

const PART_LENGTH = 30_000;
const MAX_PARTS = 16;
const MAX_JSON_BYTES = 4 * 1024 * 1024;

/** A half-written row is named by the position of its finding, or by its id if it has none yet. */
const Pending = z.union([z.number().int().nonnegative(), z.string()]);
const Content = z.object({ findings: z.string(), pending: z.array(Pending).readonly() });

/** A row of PatchwrightState, with compressed JSON in the columns `part0`, `part1` and so on. */
const IndexRow = TagIndexHead.extend({
  partitionKey: z.string(),
  rowKey: z.string(),
  repository: RepositoryName,
  tag: Tag,
  writtenAt: z.date(),
}).loose();
type IndexRow = z.infer<typeof IndexRow>;

export const INDEXES: RowMapping<IndexRow, KeptIndex> = {
  table: TABLES.state,
  schema: IndexRow,
  toRow: ({ findings, pending, ...head }) => ({
    ...TagIndexHead.parse(head),
    ...{ repository: head.repository, tag: head.tag, writtenAt: head.writtenAt },
    ...indexKeys(head),
    ...partsOf(
      JSON.stringify({
        findings: packFindings(findings),
        pending: packPending(pending, findings),
      }),
    ),
  }),
  fromRow: (row) => {
    const content = Content.parse(JSON.parse(joinParts(row)));
    const { repository, tag, writtenAt } = row;
    const head = { ...TagIndexHead.parse(row), repository, tag, writtenAt };
    const findings = unpackFindings(content.findings);
    return { ...head, findings, pending: unpackPending(content.pending, findings) };
  },
};

/** Ids are most of an index, so none is in it twice. */
function packPending(
  pending: readonly string[],
  findings: TagIndex['findings'],
): readonly (number | string)[] {
  const positions = new Map([...findings.keys()].map((id, at) => [id, at]));
  return pending.map((id) => positions.get(id) ?? id);
}

function unpackPending(
  pending: readonly (number | string)[],
  findings: TagIndex['findings'],
): readonly string[] {
  const ids = [...findings.keys()];
  return pending.map((one) => {
    const id = typeof one === 'string' ? one : ids[one];
    if (id === undefined) throw new StorageError('invalid', 'the findings of a tag are incomplete');
    return id;
  });
}

export function indexKeys({ repository, tag }: TagName) {
  return { partitionKey: `findings|${partitionOf(repository)}`, rowKey: tag };
}

/** Keeps a part from beginning like a formula, which the table would mark. */
const MARK = '.';

/** Base64 without `y`, because a search for tokens looks for `eyJ`. */
function encode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('base64');
  return text.replaceAll('y', '-').replaceAll('Y', '_');
}

function decode(text: string): Uint8Array {
  return Buffer.from(text.replaceAll('-', 'y').replaceAll('_', 'Y'), 'base64');
}

function partsOf(json: string): Readonly<Record<string, string>> {
  const text = encode(gzipSync(json));
  const count = Math.ceil(text.length / PART_LENGTH);
  if (count > MAX_PARTS) throw new StorageError('invalid', 'the findings of a tag are too large');
  const parts = Array.from({ length: count }, (_, at) => [
    `part${at}`,
    `${MARK}${text.slice(at * PART_LENGTH, (at + 1) * PART_LENGTH)}`,
  ]);
  return Object.fromEntries(parts);
}

function joinParts(row: Readonly<Record<string, unknown>>): string {
  const parts = Array.from({ length: MAX_PARTS }, (_, at) => row[`part${at}`]);
  const text = parts.map((part) => (typeof part === 'string' ? part.slice(MARK.length) : ''));
  return gunzipSync(decode(text.join('')), { maxOutputLength: MAX_JSON_BYTES }).toString('utf8');
}
