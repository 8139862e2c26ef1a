import { APP_OR_VARIABLE } from '../app/app-option-spec.ts';
import type { CliContext } from '../cli-context.ts';
import type { CommandSpec, Invocation, OptionSpec } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { pageAddress } from './page-address.ts';

/** The option of a command that starts a run. */
export const WEB_TOO: OptionSpec = {
  name: 'web',
  about: 'also open the run on the page of the app',
};

export const WEB: OptionSpec = {
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
  const { stdout, environment } = context;
  const url = pageAddress(invocation, environment, link);
  const opened = await openInBrowser(url, context);
  if (invocation.output === 'json') {
    stdout.write(`${JSON.stringify({ version: 1, command: name, url, opened })}\n`);
  } else {
    tellPage({ url, opened }, context);
  }
  return ExitCode.ok;
}

/** False without a terminal or a browser. */
export async function openInBrowser(
  url: string,
  { stdout, openBrowser }: Pick<CliContext, 'stdout' | 'openBrowser'>,
): Promise<boolean> {
  return stdout.isTerminal && (await openBrowser(url));
}

/** Prints the address, and says whether the browser opens it. */
export function tellPage(
  { url, opened }: { readonly url: string; readonly opened: boolean },
  { stdout, stderr }: Pick<CliContext, 'stdout' | 'stderr'>,
): void {
  if (stdout.isTerminal) {
    stderr.write(opened ? 'Opening in the browser:\n' : 'There is no browser here. Open:\n');
  }
  stdout.write(`${url}\n`);
}
