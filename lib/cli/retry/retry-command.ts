import { z } from 'zod';
import { BodyTooLargeError, readBody } from '../../http/read-body.ts';
import { readJson } from '../../json/read-json.ts';
import { plainText } from '../../text/plain-text.ts';
import { appOption } from '../app/app-option.ts';
import { refusalOf } from '../app/app-refusals.ts';
import { noAnswer, sendToApp } from '../app/app-request.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, UsageError } from '../cli-error.ts';
import type { Command, Invocation } from '../command.ts';
import { ExitCode } from '../exit-code.ts';

const PATH = '/api/runs';
const MAX_BYTES = 64 * 1024;
const MAX_TEXT = 1000;

export const retryCommand: Command = {
  name: 'retry',
  summary: 'End the back-off of an image and start a run for it.',
  about: [
    'Asks the deployed app to patch IMAGE (REPOSITORY:TAG, as in team/api:1.4) in a run of its own,',
    'also if the image backs off after a failure. The policy must cover the image. The function key',
    'is read from PATCHWRIGHT_FUNCTION_KEY.',
  ],
  options: [
    {
      name: 'app',
      value: 'URL',
      about: 'the address of the app: https://NAME.azurewebsites.net (required)',
    },
  ],
  operands: ['IMAGE'],
  run: retry,
};

/** The answer of the function `startRun`. Untrusted. */
const Started = z.object({
  runId: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  dryRun: z.boolean(),
});
const Refused = z.object({ detail: z.string() });

async function retry(invocation: Invocation, context: CliContext): Promise<ExitCode> {
  const app = appOption(invocation, context.environment);
  if (app === undefined) throw new UsageError('retry needs "--app URL"');
  const image = invocation.operands[0] ?? '';
  const where = app.origin + PATH;
  const started = await start(where, async () => {
    const body = { images: [image], retry: true };
    const response = await sendToApp(app, { path: PATH, body }, context);
    return { status: response.status, bytes: await readBody(response, MAX_BYTES) };
  }).catch((error) => {
    if (context.stop.aborted) return undefined;
    throw error;
  });
  if (started === undefined) return ExitCode.interrupted;
  const { runId, dryRun } = started;
  const what = dryRun ? 'dry run' : 'run';
  context.stdout.write(
    invocation.output === 'json'
      ? `${JSON.stringify({ version: 1, command: 'retry', image, runId, dryRun })}\n`
      : `${what} ${runId} started for ${plainText(image, MAX_TEXT)}\n`,
  );
  return ExitCode.ok;
}

async function start(
  where: string,
  send: () => Promise<{ readonly status: number; readonly bytes: Uint8Array }>,
): Promise<z.infer<typeof Started>> {
  const { status, bytes } = await send().catch((error) => {
    throw error instanceof BodyTooLargeError ? unexpected(where) : noAnswer(where, error);
  });
  if (status === 400) {
    const refused = readJson(Refused, bytes);
    if (!refused.ok) throw unexpected(where);
    throw new CliError(`the app refuses: ${plainText(refused.value.detail, MAX_TEXT)}`, {
      where,
      whatToDo: 'name an image as REPOSITORY:TAG that the policy covers',
    });
  }
  if (status !== 202) throw new CliError(...refusalOf(status, where));
  const started = readJson(Started, bytes);
  if (!started.ok) throw unexpected(where);
  return started.value;
}

function unexpected(where: string): CliError {
  return new CliError('the response is not that of this version', {
    where,
    whatToDo: 'check the address, and publish the version of the app that this command belongs to',
  });
}
