import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { DemoOutcome } from './outcome.ts';
import { outcomeTable } from './outcome-table.ts';

const palette = pc.createColors(false);
const none = { critical: 0, high: 0, medium: 0, low: 0, unknown: 0 };

function outcome(more: Partial<DemoOutcome>): DemoOutcome {
  return {
    image: 'team/api:1.4',
    state: 'clean',
    reason: undefined,
    detail: undefined,
    sourceDigest: undefined,
    before: undefined,
    after: undefined,
    patchTag: undefined,
    patchDigest: undefined,
    seconds: 6.7,
    reportBefore: undefined,
    reportAfter: undefined,
    ...more,
  };
}

const outcomes = [
  outcome({
    state: 'patched',
    before: { critical: 8, high: 25, medium: 59, low: 8, unknown: 1, fixable: 91 },
    after: { ...none, low: 8 },
    patchTag: '1.4-1',
    seconds: 18.94,
  }),
  outcome({ image: 'platform/base:12', before: { ...none, fixable: 0 } }),
  outcome({ image: 'win/app:1', state: 'skipped', reason: 'windows', seconds: 0 }),
  outcome({ image: 'b:1', state: 'already-patched', reason: undefined, patchTag: '1-7' }),
];

it('shows each severity if there is room', () => {
  const lines = outcomeTable(outcomes, { width: 120, palette });

  expect(lines).toEqual([
    '  Image             Outcome          Before            After  New tag  Reason   Seconds',
    '  team/api:1.4      patched          8C 25H 59M 8L 1?  8L     1.4-1                18.9',
    '  platform/base:12  clean            0                                              6.7',
    '  win/app:1         skipped                                            windows      0.0',
    '  b:1               already-patched                                                 6.7',
  ]);
});

it('shows totals if there is less room', () => {
  const lines = outcomeTable(outcomes, { width: 80, palette });

  expect(lines[1]).toBe(
    '  team/api:1.4      patched             101      8  1.4-1                18.9',
  );
});

it('says of an image how many of its packages are covered by advisories', () => {
  const [line] = outcomeTable([outcome({ state: 'clean', coverage: { covered: 3, all: 5 } })], {
    width: 80,
    palette,
  }).slice(1);

  expect(line).toContain('3 of 5 covered');
});

describe('long names', () => {
  const long = outcome({
    image: `team/${'service-'.repeat(10)}:2025.6.17`,
    state: 'waiting',
    reason: 'held-by-another-run',
    before: { ...none, high: 10_000, fixable: 3 },
  });

  it.each([20, 44, 80, 100, 120])('do not make it wider than %s columns', (width) => {
    const lines = outcomeTable([...outcomes, long], { width, palette });

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('lose the start of the repository, never the tag', () => {
    const lines = outcomeTable([long], { width: 80, palette });

    expect(lines[1]).toMatch(/^ {2}….*:2025\.6\.17 {2}waiting/);
  });
});
