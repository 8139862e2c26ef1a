import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type JsonPath, linesOfPaths } from '../../../lib/json/lines-of-paths.ts';

const DOCUMENT = `{
  "a": [1, {
    "b": "x\\"]",
    "c":
      [true]
  }],
  "d\\u0065": null
}`;

it.each<[JsonPath, number]>([
  [[], 1],
  [['a'], 2],
  [['a', 1], 2],
  [['a', 1, 'b'], 3],
  [['a', 1, 'c'], 5],
  [['a', 1, 'c', 0], 5],
  [['de'], 7],
])('finds %j at line %d', (path, line) => {
  expect(linesOfPaths(DOCUMENT, [path])).toEqual([line]);
});

it('gives a place that is missing the line of the object that lacks it', () => {
  expect(linesOfPaths(DOCUMENT, [['a', 1, 'none', 3], ['none']])).toEqual([2, 1]);
});

it('finds each value of any document that is printed with one value a line', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.array(fc.jsonValue({ maxDepth: 0 }))), (value) => {
      const text = JSON.stringify(value, undefined, 1);
      const lines = text.split('\n');
      const paths = Object.entries(value).flatMap(([key, list]) => list.map((_, at) => [key, at]));

      const found = linesOfPaths(text, paths).map((line) => lines[line - 1]?.trim());

      const printed = Object.values(value).flatMap((list) =>
        list.map((one, at) => `${JSON.stringify(one)}${at === list.length - 1 ? '' : ','}`),
      );
      expect(found).toEqual(printed);
    }),
  );
});
