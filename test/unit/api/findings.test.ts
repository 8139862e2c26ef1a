import { describe, expect, it } from 'vitest';
import { FindingPage, getFindings } from '../../../lib/api/findings.ts';
import { getImages } from '../../../lib/api/reads.ts';
import { addFindings, CVE, finding } from '../history/finding-samples.ts';
import { readApi } from './api-samples.ts';

const { ask, tables, operations } = await readApi();

const ROWS = [
  finding('team/api:1.4', 'open'),
  finding('team/api:1.5', 'fixed'),
  finding('team/apis:1', 'gone'),
  finding('team/web:2.0', 'open-no-fix'),
  finding('team/web:2.0', 'open', 'CVE-2026-2'),
];
await addFindings(tables, ROWS);

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

describe('GET /api/images?cve=', () => {
  it('answers with the images that have the vulnerability', async () => {
    const { body } = await ask(getImages, { query: { cve: CVE, state: 'failed' } });
    expect(body).toMatchObject({ items: [{ image: 'team/web:2.0' }] });
  });

  it.each(['', 'x', 'CVE 1', "CVE-1' or true", 'CVE-١٢٣', 'C'.padEnd(65, 'V')])(
    'refuses the id %j and names the field',
    async (cve) => {
      const { status, body } = await ask(getImages, { query: { cve } });
      expect({ status, body }).toMatchObject({ status: 400, body: { errors: [{ field: 'cve' }] } });
    },
  );
});
