import * as z from 'zod';
import { BodyTooLargeError, readBody } from '../../http/read-body.ts';
import { readJson } from '../../json/read-json.ts';
import { plainText } from '../../text/plain-text.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { ExitCode } from '../exit-code.ts';
import type { AppAddress } from './app-option.ts';
import { refusalOf } from './app-refusals.ts';
import { noAnswer, sendToApp } from './app-request.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_TEXT = 1000;
const MOST_NAMES = 5;
/** The statuses with which the app itself says that something is not there, or not possible. */
const REFUSALS: readonly number[] = [400, 404, 409];

const Refused = z.object({
  detail: z.string(),
  nearest: z.array(z.string()).optional(),
});

/** One request to the app: what is sent, and the answer of success. */
export interface AppAction<Answer> {
  readonly path: `/api/${string}`;
  /** POST with this body; GET if absent. */
  readonly body?: object;
  readonly success: 200 | 202;
  readonly answer: z.ZodType<Answer>;
  /** A command to run if the app refuses. */
  readonly whatToDo: string;
}

/** Asks the app once. Undefined if interrupted. Throws a `CliError`; it is `notFound` for a 404 of the app. */
export async function actByApp<Answer>(
  app: AppAddress,
  action: AppAction<Answer>,
  context: Pick<CliContext, 'clock' | 'delays' | 'stop'>,
): Promise<Answer | undefined> {
  const where = app.origin + action.path;
  try {
    const response = await sendToApp(app, action, context);
    const bytes = await readBody(response, MAX_BYTES);
    if (response.status !== action.success) throw refused(response.status, bytes, action, where);
    const answer = readJson(action.answer, bytes);
    if (!answer.ok) throw unexpected(where);
    return answer.value;
  } catch (error) {
    if (context.stop.aborted) return undefined;
    if (error instanceof CliError) throw error;
    throw error instanceof BodyTooLargeError ? unexpected(where) : noAnswer(where, error);
  }
}

/** Quotes the app's own explanation; another server's answer at this address has none. */
function refused(
  status: number,
  bytes: Uint8Array,
  { whatToDo }: Pick<AppAction<unknown>, 'whatToDo'>,
  where: string,
): CliError {
  const told = REFUSALS.includes(status) ? readJson(Refused, bytes) : undefined;
  if (told?.ok !== true) return new CliError(...refusalOf(status, where));
  const { detail, nearest = [] } = told.value;
  const names = plainText(nearest.slice(0, MOST_NAMES).join(' or '), MAX_TEXT);
  const hint = names === '' ? '' : `did you mean ${names}? See: `;
  return new CliError(`the app refuses: ${plainText(detail, MAX_TEXT)}`, {
    where,
    whatToDo: hint + whatToDo,
    exitCode: status === 404 ? ExitCode.notFound : ExitCode.couldNotRun,
  });
}

function unexpected(where: string): CliError {
  return new CliError('the response is not that of this version', {
    where,
    whatToDo: 'check the address, and publish the version of the app that this command belongs to',
  });
}
