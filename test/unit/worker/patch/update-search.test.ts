import { describe, expect, it } from 'vitest';
import type { FixableFinding } from '../../../../lib/job/job-file.ts';
import type { Blocker } from '../../../../worker/package-manager/blocker.ts';
import {
  afterBlockers,
  afterFailure,
  afterSuccess,
  giveUp,
  nextTrial,
  startSearch,
  type UpdateSearch,
} from '../../../../worker/patch/update-search.ts';

function finding(name: string, parts: Partial<FixableFinding> = {}): FixableFinding {
  return { id: `CVE-${name}`, package: name, installed: '1', fixed: '2', ...parts };
}

function findings(count: number): readonly FixableFinding[] {
  return Array.from({ length: count }, (_, at) => finding(`p${`${at}`.padStart(3, '0')}`));
}

/** Runs a search against a package manager that fails on these packages without naming them. */
function searchAgainst(all: readonly FixableFinding[], bad: ReadonlySet<string>) {
  let search = startSearch(all, 'debian');
  let rounds = 0;
  for (let trial = nextTrial(search); trial !== undefined; trial = nextTrial(search)) {
    rounds += 1;
    const fails = trial.some((one) => bad.has(one.package));
    search = fails ? afterFailure(search, { reason: 'update-failed' }) : afterSuccess(search);
  }
  return { search, rounds };
}

describe('the search for updates that succeed', () => {
  it('tries all updates at once and is over if they succeed', () => {
    const { search, rounds } = searchAgainst(findings(50), new Set());

    expect(rounds).toBe(1);
    expect(search).toMatchObject({ pending: [], blocked: [] });
    expect(search.good).toHaveLength(50);
  });

  it('leaves out the packages that a round names and tries the rest at once', () => {
    const search = startSearch(findings(3), 'debian');

    const next = afterBlockers(search, [{ package: 'p001', reason: 'held' }]);

    expect(next && nextTrial(next)?.map((one) => one.package)).toEqual(['p000', 'p002']);
    expect(next?.blocked).toEqual([{ package: 'p001', reason: 'held' }]);
  });

  it.each([
    [10, ['p007'], 6],
    [100, ['p050'], 9],
    [10, ['p000', 'p009'], 10],
    [1, ['p000'], 1],
  ])('finds among %i packages the ones that fail without being named: %j', (count, bad, most) => {
    const { search, rounds } = searchAgainst(findings(count), new Set(bad));

    expect(search.blocked.map((one) => one.package)).toEqual(bad);
    expect(search.good).toHaveLength(count - bad.length);
    expect(rounds).toBeLessThanOrEqual(most);
  });

  it('does not block a package that succeeded in an earlier round', () => {
    let search: UpdateSearch = { good: [finding('a')], pending: [[finding('b')]], blocked: [] };

    expect(afterBlockers(search, [{ package: 'a', reason: 'dependency' }])).toBeUndefined();
    search = afterFailure(search, { reason: 'dependency' });
    expect(search.blocked).toEqual([{ package: 'b', reason: 'dependency' }]);
  });

  it('marks pending packages as not tried when it gives up', () => {
    const search = giveUp(startSearch([finding('a'), finding('a', { fixed: '3' })], 'debian'));

    expect(search).toEqual({
      good: [],
      pending: [],
      blocked: [{ package: 'a', reason: 'not-tried' }],
    });
  });

  describe('if the sources have a newer version that is not new enough', () => {
    const two = [finding('a', { fixed: '2' }), finding('a', { id: 'CVE-later', fixed: '3' })];
    const lower = (reached: string, required: string): Blocker => ({
      package: 'a',
      reason: 'not-in-repository',
      versions: { reached, required },
    });

    it('still tries the fixes that the newer version has', () => {
      const next = afterBlockers(startSearch(two, 'debian'), [lower('2', '3')]);

      expect(next && nextTrial(next)).toEqual([two[0]]);
      expect(next?.blocked).toEqual([{ package: 'a', fixed: '3', reason: 'not-in-repository' }]);
    });

    it('leaves out a package whose version did not change or that is named again', () => {
      const still = afterBlockers(startSearch(two, 'debian'), [lower('1', '3')]);
      const first = afterBlockers(startSearch(two, 'debian'), [lower('1.5', '3')]);
      const again = first && afterBlockers(first, [lower('1.5', '2')]);

      expect([still, again].map((search) => search?.pending)).toEqual([[], []]);
    });
  });

  it('leaves out packages that Copa would refuse or that a vendor maintains', () => {
    const search = startSearch(
      [
        finding('a'),
        finding('b; rm'),
        finding('c', { installed: '1.2-3.root.io.1' }),
        finding('seal-d'),
      ],
      'debian',
    );

    expect(nextTrial(search)).toEqual([finding('a')]);
    expect(search.blocked).toEqual([
      { package: 'b; rm', reason: 'refused-by-copa' },
      { package: 'c', reason: 'vendor-maintained' },
      { package: 'seal-d', reason: 'vendor-maintained' },
    ]);
  });

  it('recognizes the vendor revision of an Alpine package', () => {
    const { blocked } = startSearch([finding('a', { installed: '1.2-r10071' })], 'alpine');

    expect(blocked).toEqual([{ package: 'a', reason: 'vendor-maintained' }]);
  });
});
