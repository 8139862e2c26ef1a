import { findRun } from '../../history/find-run.ts';
import type { History } from '../../history/history.ts';
import { isRunOver, type Run } from '../../pipeline/records/run.ts';
import type { CliContext } from '../cli-context.ts';
import { ExitCode } from '../exit-code.ts';
import { startProgress } from '../progress.ts';

const LOOK_EVERY_MS = 2000;

/** Waits until the run has ended, and shows its progress. Undefined if interrupted. */
export async function watchRun(
  history: History,
  run: Run,
  context: CliContext,
): Promise<Run | undefined> {
  const progress = startProgress(context);
  let current = run;
  try {
    while (!isRunOver(current)) {
      const { state, targets, active } = current;
      progress.tell(`run ${current.id} ${state}: ${targets - active} of ${targets} images ended`);
      await context.sleep(LOOK_EVERY_MS, context.stop);
      if (context.stop.aborted) return undefined;
      const found = await findRun(history, run.id);
      if (found.found === 'one') current = found.item;
    }
    return current;
  } finally {
    progress.end();
  }
}

/** The status of a command that ends with a run. */
export function exitCodeOf({ state }: Pick<Run, 'state'>): ExitCode {
  return state === 'completed' ? ExitCode.ok : ExitCode.checkFailed;
}
