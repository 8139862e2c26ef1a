import type { TargetView } from '../../history/target-view.ts';
import { paintState } from '../output/paint-state.ts';
import type { SheetColumn } from '../output/sheet.ts';

export const TARGET_COLUMNS: readonly SheetColumn<TargetView>[] = [
  { title: 'IMAGE', shrinksTo: 24, cut: 'left', text: ({ image }) => image },
  {
    title: 'STATE',
    text: ({ state }) => state,
    paint: ({ state }, color) => paintState(state, color),
  },
  { title: 'REASON', shrinksTo: 8, text: ({ reason }) => reason },
  { title: 'PATCH', shrinksTo: 6, cut: 'left', text: ({ patchTag }) => patchTag },
  { title: 'FIXABLE', align: 'right', text: ({ beforeFixable }) => beforeFixable },
  { title: 'LEFT', align: 'right', text: ({ afterFixable }) => afterFixable },
];
