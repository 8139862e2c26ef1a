import { expect, it } from 'vitest';
import { csvLine } from '../../../../lib/cli/export/csv.ts';

it.each<[unknown, string]>([
  [null, ''],
  [undefined, ''],
  [0, '0'],
  [-1, '-1'],
  [true, 'true'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['two\nlines', '"two\nlines"'],
  ['=cmd|calc', "'=cmd|calc"],
  ['\t@SUM(A1)', "'\t@SUM(A1)"],
  [[{ package: 'zlib' }], '"[{""package"":""zlib""}]"'],
])('writes %j as %j', (value, expected) => {
  expect(csvLine([value])).toBe(`${expected}\r\n`);
});
