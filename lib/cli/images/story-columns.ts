import type { TargetView } from '../../history/target-view.ts';
import { paintState, shortTime } from '../output/paint-state.ts';
import type { SheetColumn } from '../output/sheet.ts';

/** What the runs did about one image. */
export const STORY_COLUMNS: readonly SheetColumn<TargetView>[] = [
  { title: 'RUN', text: ({ runId }) => runId },
  {
    title: 'STATE',
    text: ({ state }) => state,
    paint: ({ state }, color) => paintState(state, color),
  },
  { title: 'REASON', shrinksTo: 8, text: ({ reason }) => reason },
  { title: 'PATCH', shrinksTo: 5, cut: 'left', text: ({ patchTag }) => patchTag },
  { title: 'FIXABLE', align: 'right', text: ({ beforeFixable }) => beforeFixable },
  { title: 'ENDED', text: ({ finishedAt }) => shortTime(finishedAt) },
];
