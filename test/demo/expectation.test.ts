import { expect, it } from 'vitest';
import { type Expectation, unexpectedOutcomes } from './expectation.ts';
import type { DemoOutcome } from './outcome.ts';

function outcome(more: Partial<DemoOutcome>): DemoOutcome {
  return {
    image: 'a:1',
    state: 'patched',
    reason: undefined,
    detail: undefined,
    sourceDigest: undefined,
    before: undefined,
    after: undefined,
    patchTag: '1-1',
    patchDigest: undefined,
    seconds: 1,
    reportBefore: undefined,
    reportAfter: undefined,
    ...more,
  };
}

const patched: Expectation = { image: 'a:1', state: 'patched', publishes: '1-1' };

it('reports nothing for an expected outcome', () => {
  expect(unexpectedOutcomes([patched], [outcome({})])).toEqual([]);
});

it.each([
  [
    'another state',
    [outcome({ state: 'failed', reason: 'timeout', detail: 'too slow', patchTag: undefined })],
    'a:1 was expected to end patched as 1-1, and ended failed, timeout (too slow)',
  ],
  [
    'another tag',
    [outcome({ patchTag: '1-2' })],
    'a:1 was expected to end patched as 1-1, and ended patched as 1-2',
  ],
  ['a target that is missing', [], 'a:1 was not discovered'],
])('names %s', (_, outcomes, sentence) => {
  expect(unexpectedOutcomes([patched], outcomes)).toEqual([sentence]);
});

it('reports an unexpected target', () => {
  const unexpected = unexpectedOutcomes([patched], [outcome({}), outcome({ image: 'b:1' })]);

  expect(unexpected).toEqual(['b:1 was not expected']);
});

it('also compares the reason', () => {
  const expected: Expectation = { image: 'a:1', state: 'skipped', reason: 'end-of-life' };
  const ended = outcome({ state: 'skipped', reason: 'windows', patchTag: undefined });

  expect(unexpectedOutcomes([expected], [ended])).toEqual([
    'a:1 was expected to end skipped, end-of-life, and ended skipped, windows',
  ]);
});
