import { runLink } from '../../history/page-links.ts';
import { requiredApp } from '../app/app-option.ts';
import { APP_OR_VARIABLE } from '../app/app-option-spec.ts';
import { startByApp } from '../app/start-by-app.ts';
import { waitByApp } from '../app/wait-by-app.ts';
import type { CliContext } from '../cli-context.ts';
import { type Command, type Invocation, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { openInBrowser, tellPage, WEB_TOO } from '../web/open-page.ts';
import { pageAddress } from '../web/page-address.ts';
import { runSummary } from './run-summary.ts';
import { exitCodeOf } from './watch-run.ts';

export const runsStartCommand: Command = {
  name: 'runs start',
  summary: 'Start a run now.',
  about: [
    'Asks the deployed app for a run over the whole policy, or over the images of --images. The',
    'function key is read from PATCHWRIGHT_FUNCTION_KEY. With --watch, the command ends with the run:',
    'status 0 if it is "completed", and 1 if it is anything else.',
  ],
  options: [
    APP_OR_VARIABLE,
    { name: 'images', value: 'LIST', about: 'only these: team/api:1.4,team/web:2' },
    { name: 'dry-run', about: 'assess only, and patch nothing' },
    { name: 'watch', about: 'wait for the end of the run' },
    WEB_TOO,
  ],
  operands: [],
  examples: [
    'runs start --app https://NAME.azurewebsites.net --dry-run',
    'runs start --app https://NAME.azurewebsites.net --images team/api:1.4 --watch',
  ],
  outputs: ONE_RESULT,
  run: startRun,
};

async function startRun(invocation: Invocation, context: CliContext): Promise<ExitCode> {
  const app = requiredApp(invocation, context.environment);
  const images = invocation.value('images')?.split(',');
  const body = {
    ...(images !== undefined && { images }),
    ...(invocation.flag('dry-run') && { dryRun: true }),
  };
  const started = await startByApp(app, body, context);
  if (started === undefined) return ExitCode.interrupted;
  const { runId, dryRun } = started;
  const isJson = invocation.output === 'json';
  const page = invocation.flag('web') ? await runPage(runId, invocation, context) : undefined;
  const what = dryRun ? 'dry run' : 'run';
  if (!isJson && page !== undefined) {
    context.stdout.write(`${what} ${runId} started\n`);
    tellPage(page, context);
  }
  if (!invocation.flag('watch')) {
    if (isJson) {
      const answer = { version: 1, command: 'runs start', runId, dryRun, ...page };
      context.stdout.write(`${JSON.stringify(answer)}\n`);
    } else if (page === undefined) {
      const next = `patchwright runs watch ${runId} --app ${app.origin}`;
      context.stdout.write(`${what} ${runId} started\nNext: ${next}\n`);
    }
    return ExitCode.ok;
  }
  const run = await waitByApp(app, runId, context);
  if (run === undefined) return ExitCode.interrupted;
  const answer = { version: 1, command: 'runs start', runId, dryRun, ...page, run };
  context.stdout.write(
    isJson ? `${JSON.stringify(answer, null, 2)}\n` : `${runSummary(run, context).join('\n')}\n`,
  );
  return exitCodeOf(run);
}

/** The page of the run, and whether the browser opens it. */
async function runPage(runId: string, invocation: Invocation, context: CliContext) {
  const url = pageAddress(invocation, context.environment, runLink(runId));
  return { url, opened: await openInBrowser(url, context) };
}
