import pc from 'picocolors';
import { expect, it } from 'vitest';
import { disturbanceLines } from './disturbance-lines.ts';

it('prints the number of faults of each kind, and the images that ended differently because of them', () => {
  const lines = disturbanceLines(
    {
      seed: 42,
      faults: { 'app kill': 3, 'registry dropped-after': 2, 'registry throttled': 4 },
      checks: [],
      excused: new Set(['team/api:1']),
      explained: ['team/api:1 ended failed'],
      broken: [],
    },
    { palette: pc.createColors(false) },
  );

  expect(lines).toEqual([
    '  9 faults and kills, by the plan of seed 42',
    '    app       3 kill',
    '    registry  2 dropped-after, 4 throttled',
    '  ! team/api:1 ended failed',
    '',
  ]);
});
