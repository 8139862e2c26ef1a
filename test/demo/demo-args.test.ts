import { expect, it } from 'vitest';
import { parseDemoArgs } from './demo-args.ts';

it('by default uses stand-ins, ends by itself and prints for people', () => {
  const parsed = parseDemoArgs([]);

  const options = { real: false, image: undefined, keep: false, json: false, chaos: false };
  expect(parsed).toEqual({ kind: 'run', options });
});

it('uses the real tools for an image of the user', () => {
  const parsed = parseDemoArgs(['--image', './my-image', '--keep']);

  const options = { real: true, image: './my-image', keep: true, json: false, chaos: false };
  expect(parsed).toEqual({ kind: 'run', options });
});

it('repeats the plan of a chaos run by its seed', () => {
  const parsed = parseDemoArgs(['--chaos', '--seed', '42']);

  expect(parsed).toMatchObject({ kind: 'run', options: { real: false, chaos: true, seed: 42 } });
});

it.each([
  ['--seed=42'],
  ['--chaos', '--seed=x'],
  ['--chaos', '--real'],
  ['--chaos', '--image', './my-image'],
])('refuses %s %s, which exclude each other', (...args) => {
  const parsed = parseDemoArgs(args);

  expect(parsed).toEqual({ kind: 'wrong', message: expect.stringContaining('--chaos') });
});

it.each([['--fast'], ['image'], ['--image'], ['--image='], ['--real=yes']])(
  'refuses %s and says what is wrong with it',
  (arg) => {
    const parsed = parseDemoArgs([arg]);

    expect(parsed).toEqual({ kind: 'wrong', message: expect.stringMatching(/\S/) });
  },
);
