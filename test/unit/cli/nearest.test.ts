import { expect, it } from 'vitest';
import { nearest } from '../../../lib/cli/nearest.ts';

const COMMANDS = ['doctor', 'policy', 'run'];

it.each([
  ['doctr', 'doctor'],
  ['dcotor', 'doctor'],
  ['doctorr', 'doctor'],
  ['polizy', 'policy'],
  ['rum', 'run'],
  ['doctor', 'doctor'],
])('corrects %s to %s', (word, command) => {
  expect(nearest(word, COMMANDS)).toBe(command);
});

it.each(['ruin-all', 'x', '', 'dxxxxr'])(
  'returns undefined for %j, which is near no command',
  (word) => {
    expect(nearest(word, COMMANDS)).toBeUndefined();
  },
);

it('returns undefined without candidates', () => {
  expect(nearest('doctor', [])).toBeUndefined();
});
