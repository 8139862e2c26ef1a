import { allJobTransitions } from '../../lib/pipeline/records/job-states.ts';
import type { RunState } from '../../lib/pipeline/records/run.ts';
import { allTransitions } from '../../lib/pipeline/records/target-states.ts';

type Ways<State extends string> = Readonly<Record<State, readonly State[]>>;

/** A run that is canceled during discovery still enters `running`, which ends its targets. */
const RUNS: Ways<RunState> = {
  discovering: ['running', 'failed'],
  running: ['completed', 'completed-with-failures', 'failed', 'canceled'],
  completed: [],
  'completed-with-failures': [],
  failed: [],
  canceled: [],
};

/** The only allowed transitions of targets, jobs and runs. The seeds must produce each of them. */
export const TRANSITIONS: ReadonlySet<string> = new Set([
  ...allTransitions().map(([from, to]) => `target ${from} → ${to}`),
  ...allJobTransitions().map(([from, to]) => `job ${from} → ${to}`),
  ...waysOf(RUNS).map(([from, to]) => `run ${from} → ${to}`),
]);

function waysOf(ways: Readonly<Record<string, readonly string[]>>): readonly [string, string][] {
  return Object.entries(ways).flatMap(([from, all]) =>
    all.map((to): [string, string] => [from, to]),
  );
}
