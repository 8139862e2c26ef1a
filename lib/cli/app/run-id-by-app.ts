import * as z from 'zod';
import { RunId } from '../../pipeline/records/run-id.ts';
import type { CliContext } from '../cli-context.ts';
import { actByApp } from './act-by-app.ts';
import type { AppAddress } from './app-option.ts';

const Named = z.looseObject({ runId: RunId });

/**
 * The id of the run that a name means: an id, a beginning, or `latest`. Undefined if interrupted. Throws
 * a `CliError` with the nearest names.
 */
export async function runIdByApp(
  app: AppAddress,
  name: string,
  context: Pick<CliContext, 'clock' | 'delays' | 'stop'>,
): Promise<string | undefined> {
  const found = await actByApp(
    app,
    {
      path: `/api/runs/${encodeURIComponent(name)}`,
      success: 200,
      answer: Named,
      whatToDo: 'patchwright runs list',
    },
    context,
  );
  return found?.runId;
}
