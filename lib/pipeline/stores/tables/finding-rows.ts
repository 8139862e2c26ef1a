import * as z from 'zod';
import { TABLES } from '../../../storage/tables.ts';
import { TagFinding } from '../../records/tag-finding.ts';
import type { TagName } from '../findings.ts';
import { partitionOf } from './inventory-keys.ts';
import type { RowMapping } from './record-table.ts';

/** One row of PatchwrightFindings. */
const FindingRow = TagFinding.extend({ partitionKey: z.string(), rowKey: z.string() });
type FindingRow = z.infer<typeof FindingRow>;

export const FINDINGS: RowMapping<FindingRow, TagFinding> = {
  table: TABLES.findings,
  schema: FindingRow,
  toRow: (record) => ({ ...record, ...findingKeys(record, record.vulnerability) }),
  fromRow: ({ partitionKey: _1, rowKey: _2, ...columns }) => columns,
};

export function findingKeys({ repository, tag }: TagName, vulnerability: string) {
  const rowKey = `${partitionOf(repository)}:${tag}`;
  return { partitionKey: vulnerabilityPartition(vulnerability), rowKey };
}

/** A key holds few characters; `~` and the code unit stand for another one. Ids of CVEs need none. */
export function vulnerabilityPartition(vulnerability: string): string {
  return vulnerability.replaceAll(
    /[^A-Za-z0-9._:-]/g,
    (unit) => `~${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
