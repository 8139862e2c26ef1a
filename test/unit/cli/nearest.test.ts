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
])('takes %s for %s', (word, command) => {
  expect(nearest(word, COMMANDS)).toBe(command);
});

it.each(['ruin-all', 'x', '', 'dxxxxr'])('takes %j for no command', (word) => {
  expect(nearest(word, COMMANDS)).toBeUndefined();
});

it('knows nothing near without candidates', () => {
  expect(nearest('doctor', [])).toBeUndefined();
});
