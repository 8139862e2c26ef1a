import { expect, it } from 'vitest';
import { isRunOver, Run } from '../../../../lib/pipeline/records/run.ts';

it.each([
  ['discovering', false],
  ['running', false],
  ['completed', true],
  ['completed-with-failures', true],
  ['failed', true],
  ['canceled', true],
] as const)('a run that is %s is over: %s', (state, over) => {
  expect(isRunOver({ state })).toBe(over);
});

it('the table above has every state', () => {
  expect(Run.shape.state.options).toHaveLength(6);
});
