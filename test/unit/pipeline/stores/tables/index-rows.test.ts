import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { digestOf, sha256Hex } from '../../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../../lib/image/reference.ts';
import { ROW_LIMITS } from '../../../../../lib/pipeline/records/listed-findings.ts';
import { RunId } from '../../../../../lib/pipeline/records/run-id.ts';
import { packFindings } from '../../../../../lib/pipeline/records/tag-index.ts';
import { INDEXES, type KeptIndex } from '../../../../../lib/pipeline/stores/tables/index-rows.ts';
import { RecordTable } from '../../../../../lib/pipeline/stores/tables/record-table.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const at = new Date('2026-11-23T02:00:00Z');

/** Ids that do not compress, as long as ids may be. */
function hostileIds(count: number, kind: string): readonly string[] {
  return Array.from({ length: count }, (_, nth) =>
    createHash('sha512').update(`${kind}${nth}`).digest('base64url').slice(0, 40),
  );
}

/** An index of so many findings, of which all rows, and those of others, are half-written. */
function indexOf(count: number, others = 0): KeptIndex {
  const ids = hostileIds(count, 'known');
  const findings = ids.map((id) => {
    const times = { seenSince: at, fixSince: at, patchedAt: undefined };
    return [
      id,
      { severity: 'high', state: 'open', about: sha256Hex(id).slice(0, 10), ...times },
    ] as const;
  });
  return {
    repository: RepositoryName.parse('team/api'),
    tag: Tag.parse('1.4'),
    runId: RunId.parse('20261123T020000Z-14f7'),
    digest: digestOf('image'),
    examinedAt: at,
    writtenAt: at,
    pending: [...ids, ...hostileIds(others, 'new')],
    findings: new Map(findings),
  };
}

it('keeps as many findings as a tag may have, while as many others replace them, in one row', async () => {
  const records = new RecordTable(new MemoryTables(), INDEXES);
  const index = indexOf(ROW_LIMITS.most, ROW_LIMITS.most);

  await records.insert(index);

  const found = await records.find(INDEXES.toRow(index));
  expect(found?.pending.join()).toBe(index.pending.join());
  expect(found && packFindings(found.findings)).toBe(packFindings(index.findings));
});

it('names no finding twice if its row is half-written', () => {
  const settled = { ...indexOf(1000), pending: [] };
  const half = { ...settled, pending: [...settled.findings.keys()] };

  expect(sizeOf(half)).toBeLessThan(sizeOf(settled) * 1.1);
});

function sizeOf(index: KeptIndex): number {
  return JSON.stringify(INDEXES.toRow(index)).length;
}

it('refuses an index that no row can hold', () => {
  expect(() => INDEXES.toRow(indexOf(12_000))).toThrow('too large');
});

it('writes no text that looks like a token or a formula', () => {
  for (let count = 900; count < 905; count += 1) {
    const parts = Object.entries(INDEXES.toRow(indexOf(count))).flatMap(([name, text]) =>
      /^part\d/.test(name) ? [String(text)] : [],
    );
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) expect(part).toMatch(/^\.[^yY]+$/);
  }
});
