import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { longLines } from '../../scripts/long/long-lines.ts';
import { LONG_PARTS } from '../../scripts/long/parts.ts';

test('lists the parts that passed, failed or do not exist yet', () => {
  const seeds = { name: 'seeds', what: 'many seeds', run: ['simulate'] } as const;
  const large = { name: 'large', what: 'large images', notYet: 'none is prepared' };
  expect(
    longLines([
      { part: seeds, passed: true, seconds: 3 },
      { part: seeds, passed: false, seconds: 4 },
      { part: large, passed: undefined, seconds: 0 },
    ]),
  ).toEqual([
    'seeds: passed in 3 s (many seeds)',
    'seeds: FAILED in 4 s (many seeds)',
    'large: not there yet: none is prepared',
    '1 passed, 1 failed, 1 not there yet',
  ]);
});

test('every part that runs is an npm script', () => {
  const scripts = LONG_PARTS.flatMap((part) => ('run' in part ? [part.run[0]] : []));
  expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining(scripts));
});
