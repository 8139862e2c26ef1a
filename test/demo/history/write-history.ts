import { inParallel } from '../../../lib/in-parallel.ts';
import { runFindings } from '../../../lib/pipeline/records/run-findings.ts';
import type { Target } from '../../../lib/pipeline/records/target.ts';
import { finalState } from '../../../lib/pipeline/run/end-run.ts';
import { countStates } from '../../../lib/pipeline/run/plan-tick.ts';
import type { Stored } from '../../../lib/pipeline/stores/stored.ts';
import type { Stores } from '../../../lib/pipeline/stores/stores.ts';
import type { GeneratedNight } from './generate-history.ts';
import type { GeneratedCourse } from './generated-course.ts';

const AT_ONCE = 6;

/**
 * Writes generated runs through the app's own stores, which refuse what no run may do. The inventory
 * stays as the real run left it.
 */
export async function writeHistory(
  stores: Pick<Stores, 'runs' | 'targets'>,
  nights: readonly GeneratedNight[],
): Promise<void> {
  await inParallel(nights, AT_ONCE, (night) => writeNight(stores, night));
}

/** Writes the run last and as ended, so that the app never works on it. */
async function writeNight(
  { runs, targets }: Pick<Stores, 'runs' | 'targets'>,
  { run, finishedAt, courses }: GeneratedNight,
): Promise<void> {
  await targets.addMissing(courses.map(({ discovered }) => discovered));
  const ended: Target[] = [];
  for (const course of courses) ended.push(await follow(targets, course));
  const counts = countStates(ended, 0);
  const state = finalState(run, counts);
  await runs.start({ ...run, ...counts, ...runFindings(ended), state, finishedAt });
}

async function follow(
  targets: Stores['targets'],
  { discovered, steps }: GeneratedCourse,
): Promise<Target> {
  let target: Stored<Target> | undefined = await targets.find(discovered.runId, discovered.id);
  for (const [index, { state, at, changes }] of steps.entries()) {
    if (target === undefined) break;
    target =
      index === steps.length - 1
        ? await targets.finish(target, state, { ...changes, finishedAt: at })
        : await targets.move(target, state, { ...changes, movedAt: at });
  }
  if (target === undefined) throw new Error(`a target of ${discovered.runId} was not written`);
  return target;
}
