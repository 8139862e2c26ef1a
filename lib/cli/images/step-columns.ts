import type { TargetStep } from '../../history/target-steps.ts';
import { TargetState } from '../../pipeline/records/target-states.ts';
import { paintState } from '../output/paint-state.ts';
import type { SheetColumn } from '../output/sheet.ts';

/** `2026-11-23 02:06:02`, in UTC. */
export function stepTime({ at }: TargetStep): string {
  return at.slice(0, 19).replace('T', ' ');
}

/** What happened to one image, step by step. */
export const STEP_COLUMNS: readonly SheetColumn<TargetStep>[] = [
  { title: 'TIME', text: stepTime },
  { title: 'RUN', shrinksTo: 8, cut: 'left', text: ({ runId }) => runId },
  {
    title: 'STATE',
    text: ({ state }) => state,
    paint: ({ state }, color) => {
      const known = TargetState.safeParse(state);
      return known.success ? paintState(known.data, color) : undefined;
    },
  },
  { title: 'REASON', shrinksTo: 8, text: ({ reason }) => reason },
  { title: 'JOB', shrinksTo: 5, text: ({ job }) => job },
];
