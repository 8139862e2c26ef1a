import * as z from 'zod';
import { BodyTooLargeError, readBody } from '../../http/read-body.ts';
import { readJson } from '../../json/read-json.ts';
import { plainText } from '../../text/plain-text.ts';
import { type AppAddress, requiredApp } from '../app/app-option.ts';
import { APP_OR_VARIABLE } from '../app/app-option-spec.ts';
import { refusalOf } from '../app/app-refusals.ts';
import { noAnswer, sendToApp } from '../app/app-request.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { type Command, type Invocation, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';

const PATH = '/api/webhook/test';
const MAX_BYTES = 64 * 1024;
const MAX_TEXT = 300;

/** The answer of the function `testWebhook`. Untrusted. */
const Text = z.string().transform((text) => plainText(text, MAX_TEXT));
const Tested = z.object({ receiver: Text, accepted: z.boolean(), detail: Text.optional() });
type Tested = z.infer<typeof Tested>;

export const webhookTestCommand: Command = {
  name: 'webhook test',
  summary: 'Let the app send a test event to its webhook.',
  about: [
    'The deployed app sends the event, so that its settings, its network and the signature are',
    'tested. A receiver that answered 410 gets events again if it accepts this one. The function key',
    'is read from PATCHWRIGHT_FUNCTION_KEY. The status is 1 if the receiver does not accept the event.',
  ],
  options: [APP_OR_VARIABLE],
  operands: [],
  examples: ['webhook test --app https://NAME.azurewebsites.net'],
  outputs: ONE_RESULT,
  run: webhookTest,
};

async function webhookTest(invocation: Invocation, context: CliContext): Promise<ExitCode> {
  const app = requiredApp(invocation, context.environment);
  const tested = await testedByApp(app, context);
  if (tested === undefined) return ExitCode.interrupted;
  const { receiver, accepted, detail = 'no reason was given' } = tested;
  const line = accepted
    ? `${receiver} accepted the test event.\n`
    : `${receiver} did not accept the test event: ${detail}\nNext: read docs/webhooks.md, correct the receiver or the settings, and run this again\n`;
  context.stdout.write(
    invocation.output === 'json'
      ? `${JSON.stringify({ version: 1, command: 'webhook test', ...tested })}\n`
      : line,
  );
  return accepted ? ExitCode.ok : ExitCode.checkFailed;
}

async function testedByApp(app: AppAddress, context: CliContext): Promise<Tested | undefined> {
  const where = app.origin + PATH;
  try {
    const response = await sendToApp(app, { path: PATH, body: {} }, context);
    const bytes = await readBody(response, MAX_BYTES);
    if (response.status === 409) {
      throw new CliError('the app has no webhook', {
        where,
        whatToDo:
          'export WEBHOOK_VAULT_URI=https://VAULT.vault.azure.net/ and deploy again, as docs/webhooks.md says',
      });
    }
    if (response.status !== 200) throw new CliError(...refusalOf(response.status, where));
    const tested = readJson(Tested, bytes);
    if (!tested.ok) throw unexpected(where);
    return tested.value;
  } catch (error) {
    if (context.stop.aborted) return undefined;
    if (error instanceof CliError) throw error;
    throw error instanceof BodyTooLargeError ? unexpected(where) : noAnswer(where, error);
  }
}

function unexpected(where: string): CliError {
  return new CliError('the response is not that of this version', {
    where,
    whatToDo: 'check the address, and publish the version of the app that this command belongs to',
  });
}
