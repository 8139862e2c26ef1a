import { findRun } from '../../history/find-run.ts';
import { runLink } from '../../history/page-links.ts';
import { type RunView, runView } from '../../history/run-view.ts';
import { type AppAddress, appOption } from '../app/app-option.ts';
import { runIdByApp } from '../app/run-id-by-app.ts';
import { waitByApp } from '../app/wait-by-app.ts';
import type { CliContext } from '../cli-context.ts';
import { type Command, type Invocation, ONE_RESULT, type OptionSpec } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { named } from '../storage/named.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { openPage, WEB } from '../web/open-page.ts';
import { runSummary } from './run-summary.ts';
import { exitCodeOf, watchRun } from './watch-run.ts';

const APP: OptionSpec = {
  name: 'app',
  value: 'URL',
  about: 'ask the app at this address, by a function key or a token: no storage is read',
};

export const runsWatchCommand: Command = {
  name: 'runs watch',
  summary: 'Wait for the end of a run.',
  about: [
    'Ends with the run: status 0 if it is "completed", and 1 if it is anything else. RUN is an id, a',
    'beginning that only one run has, or "latest" (the default).',
  ],
  options: [...STORAGE_OPTIONS, APP, WEB],
  operands: ['[RUN]'],
  examples: [
    'runs watch && echo "all images are fine"',
    'runs watch latest --app https://NAME.azurewebsites.net',
  ],
  outputs: ONE_RESULT,
  run: async (invocation, context) => {
    const name = invocation.operands[0] ?? 'latest';
    if (invocation.flag('web')) {
      return openPage(runsWatchCommand, invocation, context, runLink(name));
    }
    const app = appOption(invocation, context.environment);
    const run = await (app === undefined
      ? watchFromHere(name, invocation, context)
      : watchByApp(name, app, context));
    if (run === undefined) return ExitCode.interrupted;
    context.stdout.write(
      invocation.output === 'json'
        ? `${JSON.stringify({ version: 1, command: 'runs watch', run }, null, 2)}\n`
        : `${runSummary(run, context).join('\n')}\n`,
    );
    return exitCodeOf(run);
  },
};

function watchFromHere(
  name: string,
  invocation: Invocation,
  context: CliContext,
): Promise<RunView | undefined> {
  return withStorage(invocation, context, async ({ history, address }) => {
    const found = named('run', name, await findRun(history, name), address);
    const run = await watchRun(history, found, context);
    return run && runView(run);
  });
}

async function watchByApp(
  name: string,
  app: AppAddress,
  context: CliContext,
): Promise<RunView | undefined> {
  const runId = await runIdByApp(app, name, context);
  return runId === undefined ? undefined : waitByApp(app, runId, context);
}
