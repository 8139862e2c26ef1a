import { plainText } from '../../text/plain-text.ts';
import { requiredApp } from '../app/app-option.ts';
import { APP_OR_VARIABLE } from '../app/app-option-spec.ts';
import { startByApp } from '../app/start-by-app.ts';
import type { CliContext } from '../cli-context.ts';
import { type Command, type Invocation, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';

const MAX_TEXT = 1000;

export const retryCommand: Command = {
  name: 'retry',
  summary: 'End the back-off of an image and start a run for it.',
  about: [
    'Asks the deployed app to patch IMAGE (REPOSITORY:TAG, as in team/api:1.4) in a run of its own,',
    'also if the image backs off after a failure. The policy must cover the image. The function key',
    'is read from PATCHWRIGHT_FUNCTION_KEY.',
  ],
  options: [APP_OR_VARIABLE],
  operands: ['IMAGE'],
  examples: ['retry team/api:1.4 --app https://NAME.azurewebsites.net'],
  outputs: ONE_RESULT,
  run: retry,
};

async function retry(invocation: Invocation, context: CliContext): Promise<ExitCode> {
  const app = requiredApp(invocation, context.environment);
  const image = invocation.operands[0] ?? '';
  const started = await startByApp(app, { images: [image], retry: true }, context);
  if (started === undefined) return ExitCode.interrupted;
  const { runId, dryRun } = started;
  const what = dryRun ? 'dry run' : 'run';
  context.stdout.write(
    invocation.output === 'json'
      ? `${JSON.stringify({ version: 1, command: 'retry', image, runId, dryRun })}\n`
      : `${what} ${runId} started for ${plainText(image, MAX_TEXT)}\nNext: patchwright runs watch ${runId} --app ${app.origin}\n`,
  );
  return ExitCode.ok;
}
