import { expect, it } from 'vitest';
import { parsePolicy } from '../../../lib/policy/policy.ts';

const rule = { repository: 'team/api', tags: ['v1'] };
const faultsOf = (document: unknown) => {
  const parsed = parsePolicy(JSON.stringify(document));
  return parsed.ok ? [] : parsed.fault;
};

it.each([
  [{ repositories: [rule] }, 'version: is missing'],
  [{ version: 'v2', repositories: [rule] }, 'version: "v2" must be "v1"'],
  [
    { version: 'v1', repositories: [rule], 'regained-setuid': 'x' },
    'regained-setuid: "x" must be "publish" or "refuse"',
  ],
  [
    { version: 'v1', repositories: [rule], 'tag-convention': 'x' },
    'tag-convention: "x" must be "incremental", "floating" or a template such as "{tag}-patch.{n}"',
  ],
  [{ version: 'v1', repositories: [] }, 'repositories: must not be empty'],
  [{ version: 'v1', repositories: 1 }, 'repositories: must be of type array'],
  [[], 'the policy: must be of type object'],
])('says in plain words what is wrong with %j', (document, fault) => {
  expect(faultsOf(document)).toEqual([fault]);
});

it('shortens a long value and a long name of a repository', () => {
  const repository = 'r'.repeat(200);
  const [fault] = faultsOf({
    version: 'v1',
    repositories: [{ repository, tags: [` ${'x'.repeat(200)}`] }],
  });

  expect(fault).toMatch(/^repositories\[0\]\.tags\[0\] of r{70,80}\S*: " x{70,80}\S*" must be /);
});

it.each([
  [
    { ...rule, tags: ['v1', 'v 2'] },
    'repositories[0].tags[1] of team/api: "v 2" must be 1 to 128 letters, digits, ' +
      '"_", "." or "-", and not start with "." or "-"',
  ],
  [
    { ...rule, tags: ['v1', 'v1'] },
    'repositories[0].tags[1] of team/api: "v1" is in the list twice',
  ],
  [{ repository: 'team/api' }, 'repositories[0].tags of team/api: is missing'],
  [{ tags: ['v1'] }, 'repositories[0].repository: is missing'],
  [{ ...rule, enabled: 'no' }, 'repositories[0].enabled of team/api: "no" must be of type boolean'],
])('names the repository and the faulty value in %j', (entry, fault) => {
  expect(faultsOf({ version: 'v1', repositories: [entry] })).toEqual([fault]);
});

it.each([
  [49, 49],
  [50, 50],
  [51, 51],
  [52, 51],
])('reports at most the first 50 of %d faults and then a note', (count, lines) => {
  const repositories = Array.from({ length: count }, (_, at) => ({
    ...rule,
    repository: `A${at}`,
  }));

  const faults = faultsOf({ version: 'v1', repositories });

  expect(faults).toHaveLength(lines);
  expect(faults.at(-1) === 'there are more faults; only the first 50 are shown').toBe(count > 50);
});

it('quotes the document in one short line without control characters', () => {
  const version = `a\nrepositories: all is well\u001b[2J\u202e${'x'.repeat(10_000)}`;

  const [fault = ''] = faultsOf({ version, repositories: [rule] });

  expect(fault).toMatch(/^version: "a\\nrepositories: all is well\S+ must be "v1"$/);
  expect(fault.length).toBeLessThan(300);
});
