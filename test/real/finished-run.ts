import { setTimeout as delay } from 'node:timers/promises';
import { isRunOver, type Run } from '../../lib/pipeline/records/run.ts';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../lib/pipeline/records/target.ts';
import { imageOf, type RunTables } from '../world/seed/run-tables.ts';

export interface FinishedRun {
  readonly run: Run;
  readonly targets: readonly Target[];
  /** Returns the target of `repository:tag`. */
  target(image: string): Target;
}

const LOOK_EVERY_MS = 500;

/** Waits until a run (by default the newest) is over, by reading its row as an operator would. */
export async function finishedRun(
  tables: RunTables,
  options: { readonly limitMs: number; readonly runId?: RunId },
): Promise<FinishedRun> {
  for (let waited = 0; waited < options.limitMs; waited += LOOK_EVERY_MS) {
    const [newest] = await tables.runs();
    const run = options.runId === undefined ? newest : await tables.run(options.runId);
    if (run !== undefined && isRunOver(run)) {
      const targets = await tables.targets(run.id);
      return { run, targets, target: (image) => targetOf(targets, image) };
    }
    await delay(LOOK_EVERY_MS);
  }
  throw new Error(`no run finished within ${options.limitMs / 1000} s`);
}

function targetOf(targets: readonly Target[], image: string): Target {
  const target = targets.find((one) => imageOf(one) === image);
  if (target === undefined) throw new Error(`the run has no target ${image}`);
  return target;
}
