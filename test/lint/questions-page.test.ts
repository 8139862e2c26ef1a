import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../lib/cli/commands.ts';

const ROOT = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/history.md', ROOT), 'utf8');
const section = page.split("\n## Operators' questions\n")[1]?.split('\n## ')[0] ?? '';
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| an operator asks'))
  .map((line) => line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, '')));

/** As GitHub makes them. */
const anchors = [...page.matchAll(/^#+ (.*)$/gm)].map(
  ([, heading = '']) =>
    `#${heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-')}`,
);
const commands = COMMANDS.map(({ name }) => name);

it('has an answer for at least twenty questions', () => {
  expect(rows.length).toBeGreaterThanOrEqual(20);
});

it.each(rows)(
  'answers "%s" by a command or a query that exists',
  (_, answer = '', shownBy = '') => {
    const links = [...answer.matchAll(/\((#[^)]+)\)/g)].map(([, link]) => link);
    const named = [...answer.matchAll(/`patchwright ([^`]+)`/g)].map(([, line = '']) => line);
    const tests = [...shownBy.matchAll(/`(test\/[^`]+)`/g)].map(([, path = '']) => path);

    expect(links.length + named.length).toBeGreaterThan(0);
    expect(links.filter((link) => !anchors.includes(link ?? ''))).toEqual([]);
    expect(
      named.filter((line) => !commands.some((name) => `${line} `.startsWith(`${name} `))),
    ).toEqual([]);
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  },
);
