import * as z from 'zod';
import { BodyTooLargeError, readBody } from '../../http/read-body.ts';
import { readJson } from '../../json/read-json.ts';
import { plainText } from '../../text/plain-text.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import type { AppAddress } from './app-option.ts';
import { refusalOf } from './app-refusals.ts';
import { noAnswer, sendToApp } from './app-request.ts';

const PATH = '/api/runs';
const MAX_BYTES = 64 * 1024;
const MAX_TEXT = 1000;

/** The answer of the function `startRun`. Untrusted. */
const Started = z.object({
  runId: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  dryRun: z.boolean(),
});
export type Started = z.infer<typeof Started>;
const Refused = z.object({ detail: z.string() });

/** Asks the app for a run. Undefined if interrupted. Throws a `CliError` with advice. */
export async function startByApp(
  app: AppAddress,
  body: {
    readonly images?: readonly string[];
    readonly retry?: boolean;
    readonly dryRun?: boolean;
  },
  context: Pick<CliContext, 'clock' | 'delays' | 'stop'>,
): Promise<Started | undefined> {
  const where = app.origin + PATH;
  try {
    const response = await sendToApp(app, { path: PATH, body }, context);
    return startedIn(response.status, await readBody(response, MAX_BYTES), where);
  } catch (error) {
    if (context.stop.aborted) return undefined;
    if (error instanceof CliError) throw error;
    throw error instanceof BodyTooLargeError ? unexpected(where) : noAnswer(where, error);
  }
}

function startedIn(status: number, bytes: Uint8Array, where: string): Started {
  if (status === 400) {
    const refused = readJson(Refused, bytes);
    if (!refused.ok) throw unexpected(where);
    throw new CliError(`the app refuses: ${plainText(refused.value.detail, MAX_TEXT)}`, {
      where,
      whatToDo: 'name an image as REPOSITORY:TAG that the policy covers: patchwright images list',
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
