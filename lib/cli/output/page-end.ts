import type { Page } from '../../history/history.ts';
import type { CliContext } from '../cli-context.ts';
import type { CommandSpec, OptionSpec } from '../command.ts';

/** Options of commands that print pages of a list. */
export const PAGE_OPTIONS: readonly OptionSpec[] = [
  { name: 'limit', value: 'N', about: 'print at most N, from 1 to 1000' },
  { name: 'after', value: 'TOKEN', about: 'go on where the command before ended' },
];

/** Says how to go on, and what was left out. */
export function tellPageEnd(
  { name }: Pick<CommandSpec, 'name'>,
  { next, unreadable }: Pick<Page<unknown>, 'next' | 'unreadable'>,
  { stderr }: Pick<CliContext, 'stderr'>,
): void {
  if (next !== null) {
    stderr.write(`There are more: patchwright ${name} --after ${next} (with the same options)\n`);
  }
  if (unreadable > 0) {
    stderr.write(`${unreadable} rows can’t be read by this version and are left out.\n`);
  }
}
