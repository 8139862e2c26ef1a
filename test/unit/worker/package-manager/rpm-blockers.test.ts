import { expect, it } from 'vitest';
import { rpmBlockers } from '../../../../worker/package-manager/rpm-blockers.ts';

it.each([
  ['All matches were filtered out by exclude filtering for argument: openssl', 'openssl', 'held'],
  ['No match for argument: openssl', 'openssl', 'not-in-repository'],
  ["No package matches 'openssl'", 'openssl', 'not-in-repository'],
  ['No package openssl available.', 'openssl', 'not-in-repository'],
  ['openssl package not found or not installed', 'openssl', 'not-in-repository'],
  ['nothing provides x needed by openssl-libs-1:3.0.7-28.el9.x86_64', 'openssl-libs', 'dependency'],
  [
    'cannot install the best update candidate for package curl-7.76-1.el9.x86_64',
    'curl',
    'dependency',
  ],
  ['cannot install both curl-7.76-1.el9.x86_64 and curl-7.77', 'curl', 'dependency'],
  ['package curl-7.76-1.el9.x86_64 from @System requires libcurl', 'curl', 'dependency'],
])('reads %j', (line, name, reason) => {
  expect(rpmBlockers([line])).toEqual([
    { package: name, reason, ...(reason === 'dependency' && { detail: line }) },
  ]);
});

it('reads several names from one line, and none from another line', () => {
  expect(rpmBlockers(['Unable to find a match: openssl  curl']).map((one) => one.package)).toEqual([
    'openssl',
    'curl',
  ]);
  expect(rpmBlockers(['Complete!'])).toEqual([]);
});
