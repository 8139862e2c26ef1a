import type { Run } from '../../../lib/pipeline/records/run.ts';
import type { Progress } from '../../real/progress.ts';
import { readRunTables, storesOn } from '../../world/seed/run-tables.ts';
import type { LocalStorage } from '../../world/storage.ts';
import { generateHistory } from './generate-history.ts';
import { writeHistory } from './write-history.ts';

/** Adds four weeks of generated runs before the real one. */
export async function addHistory(
  run: Run,
  storage: LocalStorage,
  progress: Progress,
): Promise<void> {
  const step = progress.step('Four weeks of generated history');
  const targets = await readRunTables(storage).targets(run.id);
  await writeHistory(storesOn(storage), generateHistory(run, targets));
  step.done('ready');
}
