import { listArchives } from '../../history/archived-runs.ts';
import type { History } from '../../history/history.ts';

/** A line that says which runs are archived, for the end of a list; none without archives. One operation. */
export async function archivedRunsLine(
  history: Pick<History, 'queries'>,
): Promise<readonly string[]> {
  const [newest] = (await listArchives(history, { limit: 1 })).items;
  if (newest === undefined) return [];
  return [
    `Older runs are archived, the last one is ${newest.runId}: docs/history.md, Archived runs.`,
  ];
}
