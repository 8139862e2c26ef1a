import { setTimeout as delay } from 'node:timers/promises';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import { isRunOver, type RunRow } from '../../lib/pipeline/records/run-row.ts';
import type { TargetRow } from '../../lib/pipeline/records/target-row.ts';
import { imageOf, type RunTables } from '../world/seed/run-tables.ts';

export interface FinishedRun {
  readonly run: RunRow;
  readonly targets: readonly TargetRow[];
  /** The target of `repository:tag`. */
  target(image: string): TargetRow;
}

const LOOK_EVERY_MS = 500;

/** Waits until a run is over, as an operator would: by looking at its row. The newest by default. */
export async function finishedRun(
  tables: RunTables,
  options: { readonly limitMs: number; readonly runId?: RunId },
): Promise<FinishedRun> {
  for (let waited = 0; waited < options.limitMs; waited += LOOK_EVERY_MS) {
    const [newest] = await tables.runs();
    const run = options.runId === undefined ? newest : await tables.run(options.runId);
    if (run !== undefined && isRunOver(run)) {
      const targets = await tables.targets(run.runId);
      return { run, targets, target: (image) => targetOf(targets, image) };
    }
    await delay(LOOK_EVERY_MS);
  }
  throw new Error(`no run was over after ${options.limitMs / 1000} s`);
}

function targetOf(targets: readonly TargetRow[], image: string): TargetRow {
  const target = targets.find((one) => imageOf(one) === image);
  if (target === undefined) throw new Error(`the run has no target ${image}`);
  return target;
}
