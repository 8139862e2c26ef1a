import { COMMON_OPTIONS, type CommandSpec, type OptionSpec } from './command.ts';

/** The text of `patchwright --help`. */
export function programHelp(commands: readonly CommandSpec[]): string {
  return text([
    'The command line of Patchwright, which keeps the images of a container registry patched.',
    '',
    'Usage: patchwright <command> [options]',
    '',
    'Commands:',
    ...aligned(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Options of every command:',
    ...optionLines(COMMON_OPTIONS),
    '',
    '"patchwright <command> --help" explains a command. "patchwright --version" prints the version.',
    'Exit status: 0 ok, 1 a check failed, 2 wrong usage, 3 could not run, 130 interrupted.',
  ]);
}

export function commandHelp(command: CommandSpec): string {
  const operands = command.operands.map((name) => ` ${name}`).join('');
  return text([
    command.summary,
    '',
    `Usage: patchwright ${command.name}${operands} [options]`,
    '',
    ...command.about,
    '',
    'Options:',
    ...optionLines([...command.options, ...COMMON_OPTIONS]),
  ]);
}

function optionLines(options: readonly OptionSpec[]): string[] {
  return aligned(
    options.map(({ name, short, value, about }) => {
      const long = `--${name}${value === undefined ? '' : ` ${value}`}`;
      return [short === undefined ? `    ${long}` : `-${short}, ${long}`, about];
    }),
  );
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
