import type { Run } from './records/run.ts';
import { type CountedOperations, withOperations } from './records/run-use.ts';
import type { Services } from './services.ts';

/**
 * Changes of a run's row that count the requests to storage of its steps so far. The caller must write them:
 * no later step counts these requests.
 */
export function countedOperations(
  { storageUse, options }: Pick<Services, 'storageUse' | 'options'>,
  run: Run,
): CountedOperations {
  return withOperations(run, storageUse.take(run.id), options.prices);
}
