import { appOption } from '../app/app-option.ts';
import { APP_REQUIRED } from '../app/app-option-spec.ts';
import { startByApp } from '../app/start-by-app.ts';
import { waitByApp } from '../app/wait-by-app.ts';
import type { CliContext } from '../cli-context.ts';
import { UsageError } from '../cli-error.ts';
import { type Command, type Invocation, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
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
    APP_REQUIRED,
    { name: 'images', value: 'LIST', about: 'only these: team/api:1.4,team/web:2' },
    { name: 'dry-run', about: 'assess only, and patch nothing' },
    { name: 'watch', about: 'wait for the end of the run' },
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
  const app = appOption(invocation, context.environment);
  if (app === undefined) throw new UsageError('runs start needs "--app URL"');
  const images = invocation.value('images')?.split(',');
  const body = {
    ...(images !== undefined && { images }),
    ...(invocation.flag('dry-run') && { dryRun: true }),
  };
  const started = await startByApp(app, body, context);
  if (started === undefined) return ExitCode.interrupted;
  const { runId, dryRun } = started;
  const isJson = invocation.output === 'json';
  if (!invocation.flag('watch')) {
    const what = dryRun ? 'dry run' : 'run';
    context.stdout.write(
      isJson
        ? `${JSON.stringify({ version: 1, command: 'runs start', runId, dryRun })}\n`
        : `${what} ${runId} started\nNext: patchwright runs watch ${runId}\n`,
    );
    return ExitCode.ok;
  }
  const run = await waitByApp(app, runId, context);
  if (run === undefined) return ExitCode.interrupted;
  context.stdout.write(
    isJson
      ? `${JSON.stringify({ version: 1, command: 'runs start', runId, dryRun, run }, null, 2)}\n`
      : `${runSummary(run, context).join('\n')}\n`,
  );
  return exitCodeOf(run);
}
