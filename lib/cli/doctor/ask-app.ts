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

/** Azure ends an HTTP request to a function after 230 seconds. */
const LIMIT_MS = 240_000;
const MAX_BYTES = 1024 * 1024;

/**
 * Asks the app to run its checks. Undefined if interrupted.
 * @throws CliError with advice; it never contains the key or the response
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

/** Sends once and follows no redirect, because the key is for this address only. */
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
    // HTTP is allowed to this machine only; app-option.ts checks it.
    allowInsecureConnection: url.startsWith('http:'),
    streamResponseStatusCodes: new Set([Number.POSITIVE_INFINITY]),
  });
  return createHttp({ clock, delays }).send(request, { once: true, follow: false });
}

function noReport(where: string): CliError {
  return new CliError('the response is not a doctor report of this version', {
    where,
    whatToDo: 'check the address, and publish the version of the app that this command belongs to',
  });
}

function noAnswer(where: string, failure: string): CliError {
  return new CliError(`no answer (${failure})`, {
    where,
    whatToDo: isUntrusted(failure)
      ? TRUST_ADVICE
      : 'check the address and the network; an app in a private network answers only from inside it',
  });
}
