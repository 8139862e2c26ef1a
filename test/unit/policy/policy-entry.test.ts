import { describe, expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { parseEntry } from '../../../lib/policy/policy-entry.ts';

const ENTRY = { repository: 'team/api', tags: ['v1'] };
const CONFIGURED = {
  database: { repository: RepositoryName.parse('team/db'), tag: Tag.parse('2') },
  toolingMirror: RepositoryName.parse('team/mirror'),
  scanWorkerImage: { repository: RepositoryName.parse('team/scan'), reference: 'x' },
  patchWorkerImage: { repository: RepositoryName.parse('team/patch'), reference: 'x' },
};

describe('an entry of the policy', () => {
  it('is a rule', () => {
    expect(parseEntry(ENTRY, 3, CONFIGURED)).toEqual({
      ok: true,
      rule: { ...ENTRY, enabled: true },
      warnings: [],
    });
  });

  it('has a warning at its place for each key that is unknown', () => {
    const parsed = parseEntry({ ...ENTRY, enable: false }, 3, undefined);

    expect(parsed).toMatchObject({ ok: true, rule: { enabled: true } });
    expect(parsed.ok && parsed.warnings).toMatchObject([
      {
        path: expect.arrayContaining(['repositories', 3]),
        message: expect.stringContaining('enable'),
      },
    ]);
  });

  it('cannot be used with a fault, and keeps its name', () => {
    expect(parseEntry({ ...ENTRY, tags: [] }, 3, undefined)).toEqual({
      ok: false,
      at: 3,
      repository: 'team/api',
      issues: [{ path: ['repositories', 3, 'tags'], message: expect.stringContaining('must be') }],
    });
  });

  it.each([{ tags: ['v1'] }, { ...ENTRY, repository: '../x' }, 'text', null])(
    'has no name if it is %j',
    (entry) => {
      expect(parseEntry(entry, 0, undefined)).toMatchObject({ ok: false, repository: undefined });
    },
  );

  it('may not name a repository of the settings, if these are known', () => {
    const entry = { ...ENTRY, repository: 'team/db' };

    expect(parseEntry(entry, 0, undefined)).toMatchObject({ ok: true });
    expect(parseEntry(entry, 0, CONFIGURED)).toMatchObject({
      ok: false,
      issues: [{ path: ['repositories', 0, 'repository'] }],
    });
  });
});
