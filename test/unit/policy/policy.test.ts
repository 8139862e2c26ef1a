import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy, refusesSetuid } from '../../../lib/policy/policy.ts';

const rule = { repository: 'team/api', tags: ['v1'] };
const faultsOf = (document: unknown) => {
  const parsed = parsePolicy(JSON.stringify(document));
  return parsed.ok ? [] : parsed.fault;
};

const warningsOf = (document: unknown) => {
  const parsed = parsePolicy(JSON.stringify(document));
  return parsed.ok ? parsed.value.warnings : ['the document is faulty'];
};

it('accepts the document of ACR Continuous Patching unchanged', () => {
  const parsed = parsePolicy(
    '{"version":"v1","tag-convention":"floating","repositories":[{"repository":"python","tags":["*"],"enabled":true}]}',
  );

  expect(parsed).toEqual({
    ok: true,
    value: {
      version: 'v1',
      'tag-convention': 'floating',
      'regained-setuid': 'publish',
      repositories: [{ repository: 'python', tags: ['*'], enabled: true }],
      faulty: [],
      warnings: [],
    },
  });
});

it.each([
  ['publishes them by default', {}, {}, false],
  ['takes the rule of the document', { 'regained-setuid': 'refuse' }, {}, true],
  ['takes the rule of the entry', {}, { 'regained-setuid': 'refuse' }, true],
  [
    'lets the entry decide',
    { 'regained-setuid': 'refuse' },
    { 'regained-setuid': 'publish' },
    false,
  ],
])('says whether patches that give setuid back are refused: %s', (_, document, entry, refuses) => {
  const repositories = [{ ...rule, ...entry }];
  const parsed = parsePolicy(JSON.stringify({ version: 'v1', ...document, repositories }));
  const [own] = parsed.ok ? parsed.value.repositories : [];
  if (!parsed.ok || own === undefined) throw new Error('no policy');

  expect(refusesSetuid(parsed.value, own)).toBe(refuses);
});

it('enables each repository and the incremental convention by default', () => {
  const parsed = parsePolicy(JSON.stringify({ version: 'v1', repositories: [rule] }));

  expect(parsed).toMatchObject({
    value: { 'tag-convention': 'incremental', repositories: [{ enabled: true }] },
  });
});

it.each([
  ['an unknown version', { version: 'v2', repositories: [rule] }, 'version'],
  ['no repository', { version: 'v1', repositories: [] }, 'repositories'],
  [
    '"*" beside other tags',
    { version: 'v1', repositories: [{ ...rule, tags: ['*', 'v1'] }] },
    'repositories[0].tags',
  ],
  [
    'a path outside the registry',
    { version: 'v1', repositories: [{ ...rule, repository: '../x' }] },
    'repositories[0].repository',
  ],
  [
    'a repository of our own',
    { version: 'v1', repositories: [{ ...rule, repository: 'patchwright/worker' }] },
    'never patched',
  ],
  [
    'the same tag twice',
    { version: 'v1', repositories: [{ ...rule, tags: ['v1', 'v1'] }] },
    'repositories[0].tags',
  ],
  [
    'a line break in a tag',
    { version: 'v1', repositories: [{ ...rule, tags: ['v1\nv2'] }] },
    'repositories[0].tags',
  ],
])('refuses %s and names the place', (_, document, where) => {
  expect(faultsOf(document).join('\n')).toContain(where);
});

it('reports every fault at once', () => {
  const faults = faultsOf({
    version: 1,
    repositories: [{ repository: 'A', tags: [] }, { tags: ['x'] }],
  });

  for (const where of [
    'version',
    'repositories[0].repository',
    'repositories[0].tags',
    'repositories[1].repository',
  ]) {
    expect(faults.join('\n')).toContain(where);
  }
});

it('ends a long list of faults with a note that there are more', () => {
  const repositories = Array.from({ length: 60 }, (_, at) => ({ repository: `A${at}`, tags: [] }));

  const faults = faultsOf({ version: 'v1', repositories });

  expect(faults).toHaveLength(51);
  expect(faults.at(-1)).toBe('there are more faults; only the first 50 are shown');
});

it('quotes the document in one short line without control characters', () => {
  const key = `a\nrepositories: all is well\u001b[2J\u202e${'x'.repeat(10_000)}`;

  const [warning] = warningsOf({ version: 'v1', repositories: [rule], [key]: 1 });

  expect(warning).toMatch(
    /^the policy: has an unknown key, which has no effect: "a\\nrepositories: all is well\S+$/,
  );
  expect(warning).toHaveLength(300);
});

describe('leniency, as in ACR Continuous Patching', () => {
  it('an unknown key is a warning that names it, and the document is used', () => {
    const document = {
      version: 'v1',
      tag_convention: 'floating',
      repositories: [rule, { ...rule, repository: 'team/web', tag: 'v2', note: 'x' }],
    };

    expect(parsePolicy(JSON.stringify(document))).toMatchObject({
      ok: true,
      value: { 'tag-convention': 'incremental', repositories: [{}, {}], faulty: [] },
    });
    expect(warningsOf(document)).toEqual([
      'the policy: has an unknown key, which has no effect: "tag_convention"',
      'repositories[1] of team/web: has an unknown key, which has no effect: "tag", "note"',
    ]);
  });

  it('an entry that can’t be used has its faults, and the others are used', () => {
    const document = {
      version: 'v1',
      repositories: [
        { repository: 'Team/api', tags: ['v1'] },
        rule,
        { repository: 'team/web', tags: ['v 1'] },
        { repository: 'patchwright/worker', tags: ['*'] },
        7,
      ],
    };

    expect(parsePolicy(JSON.stringify(document))).toMatchObject({
      ok: true,
      value: {
        repositories: [{ ...rule, enabled: true }],
        faulty: [
          { at: 0, repository: undefined, faults: [expect.stringContaining('"Team/api" must be')] },
          { at: 2, repository: 'team/web', faults: [expect.stringContaining('"v 1" must be')] },
          {
            at: 3,
            repository: 'patchwright/worker',
            faults: [expect.stringContaining('reserved')],
          },
          { at: 4, repository: undefined, faults: ['repositories[4]: must be of type object'] },
        ],
        warnings: [],
      },
    });
  });

  it('more than fifty faulty entries leave the last one usable', () => {
    const faulty = Array.from({ length: 60 }, (_, at) => ({ ...rule, repository: `A${at}` }));

    const parsed = parsePolicy(JSON.stringify({ version: 'v1', repositories: [...faulty, rule] }));

    expect(parsed).toMatchObject({ ok: true, value: { repositories: [{ tags: ['v1'] }] } });
    expect(parsed.ok ? parsed.value.faulty : []).toHaveLength(60);
  });

  it('a document without an entry that can be used has a fault for each', () => {
    expect(faultsOf({ version: 'v1', repositories: [{ ...rule, repository: 'A' }, 1] })).toEqual([
      expect.stringMatching(/^repositories\[0\]\.repository: "A" must be lower-case/),
      'repositories[1]: must be of type object',
    ]);
  });
});

it('names the line of each fault and warning in a document of several lines', () => {
  const faulty = JSON.stringify(
    { version: 'v2', note: 1, repositories: [{ repository: 'team/api', tags: ['v1', 'v 2'] }] },
    undefined,
    2,
  );
  const unknown = JSON.stringify(
    { version: 'v1', repositories: [rule], note: { of: 'us' } },
    undefined,
    2,
  );

  const parsed = parsePolicy(faulty);
  const warned = parsePolicy(unknown);

  expect(parsed.ok ? [] : parsed.fault).toEqual([
    'line 2: version: "v2" must be "v1"',
    expect.stringMatching(/^line 9: repositories\[0\]\.tags\[1\] of team\/api: "v 2" must be/),
  ]);
  expect(warned.ok ? warned.value.warnings : []).toEqual([
    'line 11: the policy: has an unknown key, which has no effect: "note"',
  ]);
});

it('accepts at most ten thousand repositories', () => {
  const repositories = Array.from({ length: 10_001 }, (_, at) => ({
    ...rule,
    repository: `r${at}`,
  }));

  const most = parsePolicy(JSON.stringify({ version: 'v1', repositories: repositories.slice(1) }));

  expect(most.ok).toBe(true);
  expect(faultsOf({ version: 'v1', repositories })).toEqual([
    expect.stringMatching(/^repositories: .*10000/),
  ]);
});

it.each([
  ['nested', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'nested more deeply than 10 levels'],
  ['long', JSON.stringify('x'.repeat(11 * 1024 * 1024)), 'larger than 10485760 bytes'],
  ['full', `[${'[],'.repeat(1_000_000)}1]`, 'more than 25000 lists and objects'],
])('refuses a document that is too %s with the reason', (_, text, why) => {
  const parsed = parsePolicy(text);

  expect(parsed).toEqual({ ok: false, fault: [expect.stringContaining(why)] });
});

it('reports a text that is not JSON', () => {
  const parsed = parsePolicy('{"version":"v1",}');

  expect(parsed.ok ? [] : parsed.fault).toEqual([
    expect.stringContaining('the policy is not JSON'),
  ]);
});

it('never throws for any text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parsePolicy(text)).toHaveProperty('ok');
    }),
  );
});

describe('a policy with repositories that the settings name', () => {
  const configured = {
    database: { repository: 'infra/trivy-db' },
    toolingMirror: 'mirror',
    scanWorkerImage: { repository: 'infra/worker-scan' },
    patchWorkerImage: { repository: 'infra/worker-patch' },
  };
  const parse = (...repositories: readonly string[]) =>
    parsePolicy(
      JSON.stringify({
        version: 'v1',
        repositories: repositories.map((repository) => ({ ...rule, repository })),
      }),
      configured,
    );

  it.each([
    'infra/trivy-db',
    'mirror',
    'mirror/docker.io/library/debian',
    'infra/worker-scan',
    'infra/worker-patch',
  ])('can’t use an entry for %s', (repository) => {
    expect(parse('team/api', repository)).toMatchObject({
      value: {
        repositories: [{ repository: 'team/api' }],
        faulty: [
          { faults: [expect.stringMatching(/^repositories\[1\]\.repository: .*never patched/)] },
        ],
      },
    });
  });

  it.each(['infra/trivy-db-tools', 'mirrors/x', 'team/mirror'])('may select %s', (repository) => {
    expect(parse(repository).ok).toBe(true);
  });
});
