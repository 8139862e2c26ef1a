import { describe, expect, it } from 'vitest';
import { FindingPage, getFindings } from '../../../lib/api/findings.ts';
import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import type { FindingState, TagFinding } from '../../../lib/pipeline/records/tag-finding.ts';
import { FINDINGS } from '../../../lib/pipeline/stores/tables/finding-rows.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { TypedTable } from '../../../lib/storage/typed-table.ts';
import { THIRD } from '../history/history-samples.ts';
import { readApi } from './api-samples.ts';

const { ask, tables, operations } = await readApi();
const CVE = 'CVE-2026-109518';

function finding(image: string, state: FindingState, vulnerability = CVE): TagFinding {
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

const ROWS = [
  finding('team/api:1.4', 'open'),
  finding('team/api:1.5', 'fixed'),
  finding('team/apis:1', 'gone'),
  finding('team/web:2.0', 'open-no-fix'),
  finding('team/web:2.0', 'open', 'CVE-2026-2'),
];
const rows = new TypedTable({ tables, table: TABLES.findings, schema: FINDINGS.schema });
for (const row of ROWS) await rows.insert(FINDINGS.toRow(row));

async function images(query: Record<string, string> = {}, name = CVE) {
  const { body } = await ask(getFindings, { name, query });
  return FindingPage.strict()
    .parse(body)
    .items.map(({ image, state }) => `${image} ${state}`);
}

describe('GET /api/findings/{vulnerability}', () => {
  it('answers with the tags that have it, by one operation', async () => {
    operations();
    expect(await images()).toEqual([
      'team/api:1.4 open',
      'team/api:1.5 fixed',
      'team/web:2.0 open-no-fix',
    ]);
    expect(operations()).toBe(1);
  });

  it('answers with nothing for a vulnerability that no tag has', async () => {
    expect(await images({}, 'CVE-2026-3')).toEqual([]);
  });

  it.each([
    [{ state: 'gone' }, ['team/apis:1 gone']],
    [{ repository: 'team/api' }, ['team/api:1.4 open', 'team/api:1.5 fixed']],
    [{ repository: 'team/api*', state: 'open,gone' }, ['team/api:1.4 open', 'team/apis:1 gone']],
    [{ repository: '*', state: 'open-no-fix' }, ['team/web:2.0 open-no-fix']],
  ])('selects by %j', async (query, expected) => {
    expect(await images(query)).toEqual(expected);
  });

  it('says that there is no fix by null', async () => {
    const { body } = await ask(getFindings, { name: CVE, query: { state: 'open-no-fix' } });
    expect(body).toMatchObject({ items: [{ fixedVersion: null, patchedAt: null }] });
  });

  it.each([
    ["CVE' or 1 eq 1", {}, 'vulnerability: must be an id such as'],
    [CVE, { state: 'closed' }, 'state: must be one or more of'],
  ])('refuses %j with %j by 400', async (name, query, fault) => {
    const { status, body } = await ask(getFindings, { name, query });
    expect(status).toBe(400);
    expect(body.detail).toContain(fault);
  });
});
