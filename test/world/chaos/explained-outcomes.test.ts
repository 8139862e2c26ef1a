import { expect, it } from 'vitest';
import { explanation } from './explained-outcomes.ts';

const LOST = { image: 'team/api:1', state: 'failed', reason: 'group-lost', detail: 'it is gone' };

it('faults of groups explain an image that lost its groups', () => {
  const sentence = explanation(LOST, { 'group vanishes': 3, 'table throttled': 1 });

  expect(sentence).toBe('team/api:1 ended failed, group-lost (it is gone), after: group vanishes');
});

it.each([
  ['no such fault happened', LOST, { 'table throttled': 1 }],
  ['no fault makes that reason', { ...LOST, reason: 'configuration' }, { 'group vanishes': 3 }],
  [
    'no fault refuses a patch',
    { ...LOST, state: 'rejected', reason: 'not-fixed' },
    { 'group vanishes': 3 },
  ],
  [
    'no fault makes an image clean',
    { ...LOST, state: 'clean', reason: undefined },
    { 'group vanishes': 3 },
  ],
])('an outcome is not explained if %s', (_, ended, faults) => {
  expect(explanation(ended, faults)).toBeUndefined();
});
