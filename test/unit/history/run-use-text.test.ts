import { describe, expect, it } from 'vitest';
import { costText, groupsText, requestsText } from '../../../lib/history/run-use-text.ts';

const RUN = {
  groups: 3,
  unseenGroups: 0,
  scanSeconds: 45,
  patchSeconds: 1250,
  verifySeconds: 7300,
  cost: 0.42,
  currency: 'EUR',
};

describe('the use of a run', () => {
  it('has the groups and their time by kind', () => {
    expect(groupsText(RUN)).toBe('3 groups: scan 45 s, patch 20 min, verify 2 h');
    expect(groupsText({ ...RUN, groups: 1, patchSeconds: 0, verifySeconds: null })).toBe(
      '1 group: scan 45 s',
    );
  });

  it('is absent in a run without groups, or of an earlier version', () => {
    expect(groupsText({ ...RUN, groups: 0 })).toBeNull();
    expect(groupsText({ ...RUN, groups: null })).toBeNull();
  });

  it('says that the time of some groups is unknown, and that the cost is a lower limit then', () => {
    const run = { ...RUN, unseenGroups: 2 };
    expect(groupsText(run)).toContain('; the time of 2 more groups is unknown');
    expect(costText(run)).toBe('at least 0.42 EUR');
    const nothing = { groups: 0, scanSeconds: 0, patchSeconds: 0, verifySeconds: 0 };
    expect(groupsText({ ...run, ...nothing })).toBe(
      '0 groups; the time of 2 more groups is unknown',
    );
  });

  it('has a cost only with prices', () => {
    expect(costText(RUN)).toBe('about 0.42 EUR');
    expect(costText({ ...RUN, cost: null })).toBeNull();
  });

  it('has its requests to storage as a lower limit, and none if an earlier version counted none', () => {
    expect(requestsText({ storageOperations: 12_345 })).toBe('at least 12,345');
    expect(requestsText({ storageOperations: 0 })).toBe('at least 0');
    expect(requestsText({ storageOperations: null })).toBeNull();
  });
});
