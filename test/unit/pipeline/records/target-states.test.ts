import { expect, it } from 'vitest';
import {
  allTransitions,
  assertTransition,
  isTerminal,
  TargetState,
} from '../../../../lib/pipeline/records/target-states.ts';

it('lets a target that has ended go nowhere', () => {
  for (const [from] of allTransitions()) expect(isTerminal(from)).toBe(false);
});

it('lets every state be reached from the first one', () => {
  const reached = new Set<string>(['queued']);
  for (let round = 0; round < TargetState.options.length; round += 1) {
    for (const [from, to] of allTransitions()) if (reached.has(from)) reached.add(to);
  }

  expect([...reached].sort()).toEqual([...TargetState.options].sort());
});

it('lets nothing be published that was not verified', () => {
  const before = allTransitions().filter(([, to]) => to === 'publishing');
  const patched = allTransitions().filter(([, to]) => to === 'patched');

  expect(before).toEqual([['verifying', 'publishing']]);
  expect(patched).toEqual([['publishing', 'patched']]);
});

it('refuses a transition that the table does not have', () => {
  expect(() => assertTransition('scanning', 'patched')).toThrow('scanning to patched');
});
