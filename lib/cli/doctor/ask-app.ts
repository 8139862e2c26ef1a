import type { DoctorReport } from '../../doctor/doctor-report.ts';
import { BodyTooLargeError, discardBody, readBody } from '../../http/read-body.ts';
import type { AppAddress } from '../app/app-option.ts';
import { refusalOf } from '../app/app-refusals.ts';
import { noAnswer, sendToApp } from '../app/app-request.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { parseAppReport } from './app-report.ts';

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
    const response = await sendToApp(app, { path: '/api/doctor' }, context);
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
    throw noAnswer(where, error);
  }
}

function noReport(where: string): CliError {
  return new CliError('the response is not a doctor report of this version', {
    where,
    whatToDo: 'check the address, and publish the version of the app that this command belongs to',
  });
}
