import { expect, it } from 'vitest';
import { parseDemoArgs } from './demo-args.ts';

it('uses stand-ins, ends by itself and prints for people unless told otherwise', () => {
  const parsed = parseDemoArgs([]);

  const options = { real: false, image: undefined, keep: false, json: false };
  expect(parsed).toEqual({ kind: 'run', options });
});

it('takes the real tools for an image of the user', () => {
  const parsed = parseDemoArgs(['--image', './my-image', '--keep']);

  const options = { real: true, image: './my-image', keep: true, json: false };
  expect(parsed).toEqual({ kind: 'run', options });
});

it.each([['--fast'], ['image'], ['--image'], ['--image='], ['--real=yes']])(
  'refuses %s and says what is wrong with it',
  (arg) => {
    const parsed = parseDemoArgs([arg]);

    expect(parsed).toEqual({ kind: 'wrong', message: expect.stringMatching(/\S/) });
  },
);
