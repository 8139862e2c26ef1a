import {
  createHttpHeaders,
  createPipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { DoctorReport } from '../../doctor/doctor-report.ts';
import { isUntrusted, TRUST_ADVICE } from '../../doctor/explain-failure.ts';
import { failureName } from '../../http/connection-failure.ts';
import { createHttp } from '../../http/http.ts';
import { BodyTooLargeError, discardBody, readBody } from '../../http/read-body.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import type { AppAddress } from './app-option.ts';
import { refusalOf } from './app-refusals.ts';
import { parseAppReport } from './app-report.ts';

/** Azure cuts an HTTP function off after 230 seconds. */
const LIMIT_MS = 240_000;
const MAX_BYTES = 1024 * 1024;

/**
 * Has the app look at what it stands on. Undefined where it was interrupted.
 * @throws CliError that says what to do, and never holds the key or what was answered
 */
export async function askApp(
  app: AppAddress,
  context: Pick<CliContext, 'clock' | 'delays' | 'stop'>,
): Promise<DoctorReport | undefined> {
  const where = `${app.origin}/api/doctor`;
  try {
    const response = await send(where, app.key, context);
    if (response.status !== 200) {
      discardBody(response);
      throw new CliError(...refusalOf(response.status, where));
    }
    const report = parseAppReport(await readBody(response, MAX_BYTES));
    if (report === undefined) throw noReport(where);
    return report;
  } catch (error) {
    if (context.stop.aborted) return undefined;
    if (error instanceof CliError) throw error;
    if (error instanceof BodyTooLargeError) throw noReport(where);
    throw noAnswer(where, failureName(error));
  }
}

/** Once, and to nowhere else: the key is for this address alone. */
function send(
  url: string,
  key: string,
  { clock, delays, stop }: Pick<CliContext, 'clock' | 'delays' | 'stop'>,
): Promise<PipelineResponse> {
  const request = createPipelineRequest({
    url,
    headers: createHttpHeaders({ accept: 'application/json', 'x-functions-key': key }),
    timeout: LIMIT_MS,
    abortSignal: AbortSignal.any([stop, AbortSignal.timeout(LIMIT_MS)]),
    // Only to this machine itself: see app-option.ts.
    allowInsecureConnection: url.startsWith('http:'),
    streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
  });
  return createHttp({ clock, delays }).send(request, { once: true, follow: false });
}

function noReport(where: string): CliError {
  return new CliError('what answered is no report of a doctor of this version', {
    where,
    whatToDo:
      'check that the address is that of the app, and publish the app of the version that this command has',
  });
}

function noAnswer(where: string, failure: string): CliError {
  return new CliError(`no answer (${failure})`, {
    where,
    whatToDo: isUntrusted(failure)
      ? TRUST_ADVICE
      : 'check the address and the network; in a network of its own the app answers from inside it',
  });
}
