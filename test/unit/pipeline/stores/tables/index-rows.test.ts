import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { digestOf } from '../../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../../lib/image/reference.ts';
import { RunId } from '../../../../../lib/pipeline/records/run-id.ts';
import { packFindings } from '../../../../../lib/pipeline/records/tag-index.ts';
import { INDEXES, type KeptIndex } from '../../../../../lib/pipeline/stores/tables/index-rows.ts';
import { RecordTable } from '../../../../../lib/pipeline/stores/tables/record-table.ts';
import { MAX_VULNERABILITIES } from '../../../../../lib/report/vulnerabilities.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const at = new Date('2026-11-23T02:00:00Z');

/** An index whose ids do not compress. */
function indexOf(count: number): KeptIndex {
  const ids = Array.from({ length: count }, (_, nth) =>
    createHash('sha512').update(String(nth)).digest('base64url').slice(0, 64),
  );
  const findings = ids.map((id) => {
    const times = { seenSince: at, fixSince: at, patchedAt: undefined };
    return [id, { severity: 'high', state: 'open', about: id.slice(0, 10), ...times }] as const;
  });
  return {
    repository: RepositoryName.parse('team/api'),
    tag: Tag.parse('1.4'),
    runId: RunId.parse('20261123T020000Z-14f7'),
    digest: digestOf('image'),
    examinedAt: at,
    writtenAt: at,
    pending: ids,
    findings: new Map(findings),
  };
}

it('keeps as many findings as an image may have, all of them half-written, in one row', async () => {
  const records = new RecordTable(new MemoryTables(), INDEXES);
  const index = indexOf(MAX_VULNERABILITIES);

  await records.insert(index);

  const found = await records.find(INDEXES.toRow(index));
  expect(found?.pending.join()).toBe(index.pending.join());
  expect(found && packFindings(found.findings)).toBe(packFindings(index.findings));
});

it('refuses an index that no row can hold', () => {
  expect(() => INDEXES.toRow(indexOf(6000))).toThrow('too large');
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
