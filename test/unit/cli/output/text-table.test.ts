import { expect, it } from 'vitest';
import { textTable } from '../../../../lib/cli/output/text-table.ts';

const columns = [
  { title: 'image', shrinksTo: 8 },
  { title: 'seconds', align: 'right' },
] as const;

it('aligns each column to its widest cell', () => {
  const lines = textTable(
    columns,
    [
      [{ text: 'team/api:1.4' }, { text: '7' }],
      [{ text: 'a:1' }, { text: '21' }],
    ],
    { width: 80 },
  );

  expect(lines).toEqual([
    'image         seconds',
    'team/api:1.4        7',
    'a:1                21',
  ]);
});

it('shortens flexible columns if the table would be too wide', () => {
  const rows = [[{ text: 'team/a-long-name:1.4' }, { text: '7' }]];

  const lines = textTable(columns, rows, { width: 20 });

  expect(lines[1]).toBe('team/a-lon…        7');
});

it('keeps the end of a text whose column is cut on the left', () => {
  const rows = [[{ text: 'team/a-long-name:1.4' }, { text: '7' }]];

  const lines = textTable([{ title: 'image', shrinksTo: 8, cut: 'left' }, { title: '' }], rows, {
    width: 15,
  });

  expect(lines[1]).toBe('…ng-name:1.4  7');
});

it('keeps the minimum width of a column as long as the others have room', () => {
  const rows = [[{ text: 'team/a-long-name:1.4' }, { text: '7' }]];

  expect(textTable(columns, rows, { width: 17 })[1]).toBe('team/a-…        7');
  expect(textTable(columns, rows, { width: 10 })[0]).toBe('image');
});

it('leaves out a last column that has no room, and cuts no date', () => {
  const dated = [...columns, { title: 'ended' }] as const;
  const rows = [[{ text: 'team/api:1.4' }, { text: '7' }, { text: '2026-11-23' }]];

  expect(textTable(dated, rows, { width: 29 })[1]).toBe('team/ap…        7  2026-11-23');
  expect(textTable(dated, rows, { width: 28 })[1]).toBe('team/api:1.4        7');
});

it('is never wider than the terminal, down to the gaps between columns', () => {
  const rows = [[{ text: 'team/a-long-name:1.4' }, { text: '1234567' }]];

  for (let width = 2; width < 40; width++) {
    const lines = textTable(columns, rows, { width });
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  }
});

it('ignores colors when it aligns', () => {
  const paint = (text: string) => `\u001b[32m${text}\u001b[39m`;

  const lines = textTable(
    columns,
    [
      [
        { text: 'a:1', paint },
        { text: '7', paint },
      ],
    ],
    { width: 80 },
  );

  expect(lines[1]).toBe(`${paint('a:1')}          ${paint('7')}`);
});
