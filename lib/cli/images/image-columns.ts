import type { ImageView } from '../../history/image-view.ts';
import { paintState } from '../output/paint-state.ts';
import type { SheetColumn } from '../output/sheet.ts';

export const IMAGE_COLUMNS: readonly SheetColumn<ImageView>[] = [
  { title: 'IMAGE', shrinksTo: 24, cut: 'left', text: ({ image }) => image },
  {
    title: 'STATE',
    text: ({ state }) => state,
    paint: ({ state }, color) => paintState(state, color),
  },
  { title: 'CRIT', align: 'right', text: ({ critical }) => critical },
  { title: 'HIGH', align: 'right', text: ({ high }) => high },
  { title: 'FIX', align: 'right', text: ({ fixable }) => fixable },
  { title: 'PATCH', shrinksTo: 5, cut: 'left', text: ({ patchTag }) => patchTag },
  { title: 'REASON', text: ({ reason }) => reason },
  { title: 'SCANNED', text: ({ scannedAt }) => scannedAt?.slice(0, 10) ?? null },
];
