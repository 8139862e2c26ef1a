import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import type { FindingState, TagFinding } from '../../../lib/pipeline/records/tag-finding.ts';
import { FINDINGS } from '../../../lib/pipeline/stores/tables/finding-rows.ts';
import { TABLES, type Tables } from '../../../lib/storage/tables.ts';
import { TypedTable } from '../../../lib/storage/typed-table.ts';
import { THIRD } from './history-samples.ts';

export const CVE = 'CVE-2026-109518';

/** A vulnerability of an image such as `team/api:1.4`. */
export function finding(image: string, state: FindingState, vulnerability = CVE): TagFinding {
  const [repository = '', tag = ''] = image.split(':');
  const at = new Date('2026-11-23T02:00:00Z');
  return {
    vulnerability,
    repository: RepositoryName.parse(repository),
    tag: Tag.parse(tag),
    digest: digestOf(image),
    state,
    severity: 'high',
    packages: 'openssl',
    installed: '3.0.1',
    fixedVersion: state === 'open-no-fix' ? '' : '3.0.2',
    seenSince: at,
    runId: THIRD,
    writtenAt: at,
  };
}

export async function addFindings(tables: Tables, findings: readonly TagFinding[]): Promise<void> {
  const rows = new TypedTable({ tables, table: TABLES.findings, schema: FINDINGS.schema });
  for (const one of findings) await rows.insert(FINDINGS.toRow(one));
}
