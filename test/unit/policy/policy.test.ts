import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../lib/policy/policy.ts';

const rule = { repository: 'team/api', tags: ['v1'] };
const faultsOf = (document: unknown) => {
  const parsed = parsePolicy(JSON.stringify(document));
  return parsed.ok ? [] : parsed.fault;
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
      repositories: [{ repository: 'python', tags: ['*'], enabled: true }],
    },
  });
});

it('enables each repository and the incremental convention by default', () => {
  const parsed = parsePolicy(JSON.stringify({ version: 'v1', repositories: [rule] }));

  expect(parsed).toMatchObject({
    value: { 'tag-convention': 'incremental', repositories: [{ enabled: true }] },
  });
});

it.each([
  ['an unknown version', { version: 'v2', repositories: [rule] }, 'version'],
  [
    'a misspelled key',
    { version: 'v1', tag_convention: 'floating', repositories: [rule] },
    'tag_convention',
  ],
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
  ])('is refused if it selects %s', (repository) => {
    expect(parse('team/api', repository)).toEqual({
      ok: false,
      fault: [expect.stringMatching(/^repositories\[1\]\.repository: .*never patched/)],
    });
  });

  it.each(['infra/trivy-db-tools', 'mirrors/x', 'team/mirror'])('may select %s', (repository) => {
    expect(parse(repository).ok).toBe(true);
  });
});

describe('several entries of one repository', () => {
  const entry = (tags: readonly string[], enabled = true, repository = 'team/api') => ({
    repository,
    tags,
    enabled,
  });
  const merged = (...repositories: readonly object[]) => {
    const parsed = parsePolicy(JSON.stringify({ version: 'v1', repositories }));
    return parsed.ok ? parsed.value.repositories : parsed.fault;
  };

  it('are merged, as in ACR Continuous Patching', () => {
    expect(merged(entry(['v1', 'v2']), entry(['v0'], false), entry(['v2', 'v3']))).toEqual([
      entry(['v1', 'v2', 'v3']),
    ]);
  });

  it('are not merged with those of other repositories', () => {
    const [other, another] = [entry(['a'], true, 'team/web'), entry(['b'], false, 'team/job')];

    expect(merged(other, entry(['v1']), another, entry(['v2']))).toEqual([
      other,
      entry(['v1', 'v2']),
      another,
    ]);
  });

  it('select every tag if one of them does', () => {
    const every = [entry(['*'])];

    expect(merged(entry(['v1']), entry(['*']))).toEqual(every);
    expect(merged(entry(['*']), entry(['v1']))).toEqual(every);
    expect(merged(entry(['*']), entry(['*']))).toEqual(every);
  });

  it('select nothing if they are disabled', () => {
    expect(merged(entry(['v1'], false), entry(['v2']))).toEqual([entry(['v2'])]);
    expect(merged(entry(['v1']), entry(['*'], false))).toEqual([entry(['v1'])]);
    expect(merged(entry(['v1'], false), entry(['v2'], false))).toEqual([entry(['v1'], false)]);
  });
});
