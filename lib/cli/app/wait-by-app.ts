import * as z from 'zod';
import { RunView } from '../../history/run-view.ts';
import { BodyTooLargeError, readBody } from '../../http/read-body.ts';
import { readJson } from '../../json/read-json.ts';
import { isRunOver } from '../../pipeline/records/run.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { startProgress } from '../progress.ts';
import type { AppAddress } from './app-option.ts';
import { refusalOf } from './app-refusals.ts';
import { noAnswer, sendToApp } from './app-request.ts';

const MAX_BYTES = 1024 * 1024;
/** The app answers earlier if the run ends. */
const WAIT_SECONDS = 30;
const View = z.looseObject(RunView.shape);

/** Asks the app for a run until it has ended. Undefined if interrupted. */
export async function waitByApp(
  app: AppAddress,
  runId: string,
  context: Pick<CliContext, 'clock' | 'delays' | 'stop' | 'stderr'>,
): Promise<RunView | undefined> {
  const path = `/api/runs/${runId}?wait=${WAIT_SECONDS}` as const;
  const where = `${app.origin}/api/runs/${runId}`;
  const progress = startProgress(context);
  try {
    while (true) {
      const response = await sendToApp(app, { path }, context);
      const bytes = await readBody(response, MAX_BYTES);
      if (response.status !== 200) throw new CliError(...refusalOf(response.status, where));
      const run = readJson(View, bytes);
      if (!run.ok) throw noAnswer(where, new Error('the response is no run'));
      if (isRunOver(run.value)) return run.value;
      const { state, targets, active } = run.value;
      const ended = (targets ?? 0) - (active ?? 0);
      progress.tell(`run ${runId} ${state}: ${ended} of ${targets} images ended`);
    }
  } catch (error) {
    if (context.stop.aborted) return undefined;
    if (error instanceof CliError) throw error;
    throw error instanceof BodyTooLargeError
      ? noAnswer(where, new Error('the response is too large'))
      : noAnswer(where, error);
  } finally {
    progress.end();
  }
}
