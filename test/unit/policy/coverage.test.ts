import { expect, it } from 'vitest';
import { policyCoverage } from '../../../lib/policy/coverage.ts';
import { parsePolicy } from '../../../lib/policy/policy.ts';

const CONFIGURED = {
  database: { repository: 'mirrors/trivy-db' },
  toolingMirror: 'mirrors/tooling',
  scanWorkerImage: { repository: 'patchwright/worker' },
  patchWorkerImage: { repository: 'patchwright/worker' },
};

function coverageOf(repositories: readonly object[], registry: readonly string[]) {
  const parsed = parsePolicy(JSON.stringify({ version: 'v1', repositories }), CONFIGURED);
  if (!parsed.ok) throw new Error(parsed.fault.join('\n'));
  return policyCoverage(new Set(registry), parsed.value, CONFIGURED);
}

it('tells what the policy covers, what it leaves out, and what only it names', () => {
  const { items } = coverageOf(
    [
      { repository: 'team/api', tags: ['*'] },
      { repository: 'team/old', tags: ['1'], enabled: false },
      { repository: 'team/gone', tags: ['2', '3'] },
      { repository: 'team/wrong', tags: ['.x'] },
    ],
    ['team/web', 'team/api', 'team/old', 'team/wrong', 'base'],
  );

  expect(items.map(({ repository, coverage, tags }) => [repository, coverage, tags])).toEqual([
    ['base', 'uncovered', null],
    ['team/web', 'uncovered', null],
    ['team/wrong', 'faulty', null],
    ['team/gone', 'missing', ['2', '3']],
    ['team/old', 'disabled', ['1']],
    ['team/api', 'covered', ['*']],
  ]);
  expect(items.find(({ coverage }) => coverage === 'faulty')?.fault).toMatch(
    /tags\[0\].*team\/wrong/,
  );
});

it('covers a repository by its other entry if one of two is faulty', () => {
  const entries = [
    { repository: 'team/api', tags: ['.x'] },
    { repository: 'team/api', tags: ['1'] },
  ];

  expect(coverageOf(entries, ['team/api']).items).toEqual([
    { repository: 'team/api', coverage: 'covered', tags: ['1'], fault: null },
  ]);
});

it('leaves out the repositories of Patchwright, of its settings and of the policy', () => {
  const ours = [
    'patchwright/worker',
    'patchwright/staging/team/api',
    'csscpolicies/patchpolicy',
    'mirrors/trivy-db',
    'mirrors/tooling/debian',
  ];

  const { items, reserved } = coverageOf(
    [{ repository: 'team/api', tags: ['*'] }],
    [...ours, 'team/api', 'mirrors/tooling-of-ours'],
  );

  expect(items.map(({ repository }) => repository)).toEqual([
    'mirrors/tooling-of-ours',
    'team/api',
  ]);
  expect(reserved).toBe(ours.length);
});
