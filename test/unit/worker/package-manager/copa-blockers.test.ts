import { expect, it } from 'vitest';
import { copaBlockers } from '../../../../worker/package-manager/copa-blockers.ts';

const lower = (required: string) =>
  `downloaded package openssl version 3.0.1 lower than required ${required} for update`;

it.each([
  ['3.0.2', 'not-in-repository'],
  ['3.0.2+esm1', 'paid-archive'],
  ['3.0.2~18.04.1~esm2', 'paid-archive'],
])('names a package whose newest version is below the fix %s: %s', (required, reason) => {
  expect(copaBlockers([lower(required)])).toEqual([
    {
      package: 'openssl',
      reason,
      detail: `the newest available version is 3.0.1; the fix needs ${required}`,
      versions: { reached: '3.0.1', required },
    },
  ]);
});

it('names a package whose version Copa cannot compare', () => {
  expect(copaBlockers(['invalid version 1_x found for package odd"'])).toEqual([
    { package: 'odd', reason: 'refused-by-copa', detail: "the version 1_x can't be compared" },
  ]);
});

it('names each held package', () => {
  const line = 'apt-held packages found, not patched by Copa: [libssl3:amd64 openssl]';

  expect(copaBlockers([line, 'anything else'])).toEqual([
    { package: 'libssl3', reason: 'held' },
    { package: 'openssl', reason: 'held' },
  ]);
});
