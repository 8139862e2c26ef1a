import type { CliContext } from '../cli-context.ts';
import type { CommandSpec, Invocation, OptionSpec } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { APP_OR_VARIABLE, pageAddress } from './page-address.ts';

const WEB: OptionSpec = {
  name: 'web',
  about: 'open it on the page of the app instead (needs --app; reads no storage)',
};

/** The options of a command that shows something that the page shows too. */
export const WEB_OPTIONS: readonly OptionSpec[] = [WEB, APP_OR_VARIABLE];

/**
 * Opens the page in the browser, and prints its address. Without a terminal or a browser, it only prints
 * the address.
 */
export async function openPage(
  { name }: Pick<CommandSpec, 'name'>,
  invocation: Invocation,
  context: CliContext,
  link: string,
): Promise<ExitCode> {
  const { stdout, stderr, environment } = context;
  const url = pageAddress(invocation, environment, link);
  const opened = stdout.isTerminal && (await context.openBrowser(url));
  if (invocation.output === 'json') {
    stdout.write(`${JSON.stringify({ version: 1, command: name, url, opened })}\n`);
    return ExitCode.ok;
  }
  if (stdout.isTerminal) {
    stderr.write(opened ? 'Opening in the browser:\n' : 'There is no browser here. Open:\n');
  }
  stdout.write(`${url}\n`);
  return ExitCode.ok;
}
