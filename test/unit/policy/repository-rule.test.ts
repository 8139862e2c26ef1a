import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../../lib/policy/policy.ts';
import { RepositoryRule } from '../../../lib/policy/repository-rule.ts';

const faultsOf = (rule: object) =>
  (RepositoryRule.safeParse(rule).error?.issues ?? []).map(({ path, message }) => ({
    path: path.join('.'),
    message,
  }));

describe('a rule', () => {
  it('is enabled unless it says otherwise', () => {
    const rule = { repository: 'team/api', tags: ['v1'] };

    expect(RepositoryRule.parse(rule)).toEqual({ ...rule, enabled: true });
    expect(RepositoryRule.parse({ ...rule, enabled: false })).toMatchObject({ enabled: false });
  });

  it.each([
    [[], 'tags', 'must be ["*"] or a list of one or more tags'],
    [['v1', 'v2', 'v1'], 'tags.2', 'is in the list twice'],
    [['*', 'v1'], 'tags', 'must be ["*"] alone, or tags without "*"'],
  ])('may not have the tags %j', (tags, path, message) => {
    expect(faultsOf({ repository: 'team/api', tags })).toEqual([{ path, message }]);
  });

  it('may not name a repository of our own', () => {
    expect(faultsOf({ repository: 'patchwright/worker', tags: ['*'] })).toEqual([
      { path: 'repository', message: expect.stringContaining('never patched') },
    ]);
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

  it('have the first tag convention that one of them names', () => {
    const floating = { ...entry(['v1']), 'tag-convention': 'floating' };
    const incremental = { ...entry(['v2']), 'tag-convention': 'incremental' };

    expect(merged(entry(['v0']), floating, incremental)).toEqual([
      { ...floating, tags: ['v0', 'v1', 'v2'] },
    ]);
    expect(merged(floating, entry(['v2']))).toEqual([{ ...floating, tags: ['v1', 'v2'] }]);
    expect(merged({ ...floating, enabled: false }, entry(['v2']))).toEqual([entry(['v2'])]);
  });

  it('select nothing if they are disabled', () => {
    expect(merged(entry(['v1'], false), entry(['v2']))).toEqual([entry(['v2'])]);
    expect(merged(entry(['v1']), entry(['*'], false))).toEqual([entry(['v1'])]);
    expect(merged(entry(['v1'], false), entry(['v2'], false))).toEqual([entry(['v1'], false)]);
  });
});
