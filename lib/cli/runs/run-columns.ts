import type { RunView } from '../../history/run-view.ts';
import { paintState } from '../output/paint-state.ts';
import type { SheetColumn } from '../output/sheet.ts';

export const RUN_COLUMNS: readonly SheetColumn<RunView>[] = [
  { title: 'RUN', text: ({ runId }) => runId },
  {
    title: 'STATE',
    text: ({ state }) => state,
    paint: ({ state }, color) => paintState(state, color),
  },
  { title: 'IMAGES', align: 'right', text: ({ targets }) => targets },
  { title: 'PATCHED', align: 'right', text: ({ patched }) => patched },
  { title: 'REMOVED', align: 'right', text: removedOf },
  { title: 'FAILED', align: 'right', text: (run) => (run.failed ?? 0) + (run.rejected ?? 0) },
  { title: 'TOOK', align: 'right', text: tookOf },
  { title: 'STARTED BY', text: ({ startedBy }) => startedBy },
];

/** Findings of every severity. */
function removedOf(run: RunView): number | null {
  const { removedCritical: critical, removedHigh, removedMedium, removedLow } = run;
  if (critical === null) return null;
  const others = [removedHigh, removedMedium, removedLow, run.removedUnknown];
  return others.reduce<number>((sum, count) => sum + (count ?? 0), critical);
}

/** `1 h 05` or `12 min`. */
function tookOf({ createdAt, finishedAt }: RunView): string | null {
  if (createdAt === null || finishedAt === null) return null;
  const minutes = Math.round((Date.parse(finishedAt) - Date.parse(createdAt)) / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')}`;
}
