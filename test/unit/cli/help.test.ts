import { expect, it } from 'vitest';
import type { CommandSpec } from '../../../lib/cli/command.ts';
import { commandHelp, programHelp } from '../../../lib/cli/help.ts';

const ECHO: CommandSpec = {
  name: 'echo',
  summary: 'Repeats.',
  about: ['It repeats', 'what it is given.'],
  options: [{ name: 'times', value: 'N', about: 'how often' }],
  operands: ['TEXT', 'MORE'],
};
const LONG: CommandSpec = { ...ECHO, name: 'longer-name', summary: 'Is longer.' };

it('lists the commands in columns, and the exit statuses', () => {
  const text = programHelp([ECHO, LONG]);

  expect(text).toContain('  echo         Repeats.\n  longer-name  Is longer.\n');
  expect(text).toContain('Exit status: 0 ok, 1 a check failed');
  expect(text).toMatch(/[^\n]\n$/);
});

it('shows a command’s operands, its explanation and every option in columns', () => {
  const lines = commandHelp(ECHO).split('\n');

  expect(lines.slice(0, 6)).toEqual([
    'Repeats.',
    '',
    'Usage: patchwright echo TEXT MORE [options]',
    '',
    'It repeats',
    'what it is given.',
  ]);
  expect(lines).toContain('      --times N        how often');
  expect(lines).toContain('  -h, --help           print this help');
  expect(lines.find((line) => line.includes('--output'))).toMatch(/^ {2}-o, --output FORMAT {2}\S/);
});
