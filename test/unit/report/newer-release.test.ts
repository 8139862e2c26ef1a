import { expect, it } from 'vitest';
import { unknownRelease } from '../../../lib/report/newer-release.ts';

const PLATFORMS = ['alpine 3.9', 'alpine 3.22', 'alpine edge', 'debian 11', 'debian 12', 'wolfi'];

it.each([
  ['alpine', '3.99.0', /newer than the database; its newest is alpine 3\.22/],
  ['debian', '', /rolling release; its newest is debian 12/],
  ['debian', 'trixie/sid', /rolling release/],
  ['debian', '13.1', /newer than the database/],
])('explains why there are no advisories for %s %j', (family, name, why) => {
  expect(unknownRelease({ family, name }, PLATFORMS)).toMatch(why);
});

it.each([
  ['alpine', '3.8.1'],
  ['debian', '9.13'],
  ['ubuntu', '26.04'],
  ['wolfi', '20230201'],
  ['plan9', '4'],
])('says nothing of an older release or of another family: %s %s', (family, name) => {
  expect(unknownRelease({ family, name }, PLATFORMS)).toBeUndefined();
});
