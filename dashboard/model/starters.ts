import type { RunView } from '../../lib/history/run-view.ts';
import { formatCount } from './format.ts';

const MOST = 3;

/** Who started the runs, the most frequent first: `schedule (27), default key (1)`. */
export function startersOf(runs: readonly Pick<RunView, 'startedBy' | 'trigger'>[]): string {
  const groups = Map.groupBy(runs, ({ startedBy, trigger }) => startedBy ?? trigger);
  const counts = [...groups].map(([starter, started]) => [starter, started.length] as const);
  const sorted = counts.sort(([, one], [, other]) => other - one);
  const shown = sorted.slice(0, MOST).map(([name, count]) => `${name} (${formatCount(count)})`);
  const others = sorted.slice(MOST).reduce((sum, [, count]) => sum + count, 0);
  return [...shown, ...(others === 0 ? [] : [`others (${formatCount(others)})`])].join(', ');
}
