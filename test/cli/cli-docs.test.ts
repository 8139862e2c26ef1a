import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { COMMON_OPTIONS } from '../../lib/cli/command.ts';
import { COMMANDS } from '../../lib/cli/commands.ts';
import { ALL_CHECKS as CHECKS } from '../../lib/cli/doctor/all-checks.ts';
import { ExitCode } from '../../lib/cli/exit-code.ts';

const docs = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');

/** The first two cells of each row of the table under this heading. */
function table(heading: string): string[][] {
  const section = docs.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.map((row) =>
    row
      .split(' | ')
      .slice(0, 2)
      .map((cell) => cell.replaceAll(/^\| |[`]| \|$/g, '')),
  );
}

describe('docs/cli.md', () => {
  it('lists every check in the order of the code', () => {
    expect(table('The checks')).toEqual(
      CHECKS.map(({ id, title, probe }) => [id, probe ? `${title} (--probe)` : title]),
    );
  });

  it('lists every command', () => {
    expect(table('Commands')).toEqual(COMMANDS.map(({ name, summary }) => [name, summary]));
  });

  it('lists every option that all commands have', () => {
    const names = COMMON_OPTIONS.map(({ name, value }) =>
      value === undefined ? `--${name}` : `--${name} ${value}`,
    );
    expect(table('Options of every command').map(([option]) => option)).toEqual(names);
  });

  it.each(
    COMMANDS.flatMap(({ name, options }) => options.map((option) => [name, option] as const)),
  )('explains every option of %s: $1.name', (command, { name, value }) => {
    const section = docs.split(`\n## ${command}\n`)[1]?.split('\n## ')[0] ?? '';

    const shown = value === undefined ? `--${name}` : `--${name} ${value.replace('|', '\\|')}`;
    expect(section).toContain(`${shown}\``);
  });

  it('lists every exit status', () => {
    const statuses = table('Exit status').map(([status]) => Number(status));
    expect(statuses).toEqual(Object.values(ExitCode));
  });
});

describe('the checks', () => {
  it('have unique ids and come after the checks that they need', () => {
    const ids = CHECKS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [at, { needs }] of CHECKS.entries()) {
      if (typeof needs === 'function') continue;
      for (const need of needs) expect(ids.slice(0, at)).toContain(need);
    }
  });
});
