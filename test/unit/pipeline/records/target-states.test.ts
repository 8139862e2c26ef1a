import { expect, it } from 'vitest';
import {
  allTransitions,
  assertTransition,
  isTerminal,
  TargetState,
} from '../../../../lib/pipeline/records/target-states.ts';

it('allows no transition from a state in which a target has ended', () => {
  for (const [from] of allTransitions()) expect(isTerminal(from)).toBe(false);
});

it('can reach every state from the first one', () => {
  const reached = new Set<string>(['queued']);
  for (let round = 0; round < TargetState.options.length; round += 1) {
    for (const [from, to] of allTransitions()) if (reached.has(from)) reached.add(to);
  }

  expect([...reached].sort()).toEqual([...TargetState.options].sort());
});

it('publishes only a target that was verified', () => {
  const before = allTransitions().filter(([, to]) => to === 'publishing');
  const patched = allTransitions().filter(([, to]) => to === 'patched');

  expect(before).toEqual([['verifying', 'publishing']]);
  expect(patched).toEqual([['publishing', 'patched']]);
});

it('refuses a transition that is not in the table', () => {
  expect(() => assertTransition('scanning', 'patched')).toThrow('scanning to patched');
});
