import type { TargetState } from '../../lib/pipeline/records/target-states.ts';
import { inWords } from '../model/format.ts';

const SIGNS = {
  queued: '◌',
  scanning: '◔',
  patching: '◑',
  verifying: '◕',
  publishing: '◕',
  clean: '✓',
  patched: '✓',
  'already-patched': '✓',
  planned: '◇',
  waiting: '◷',
  skipped: '–',
  rejected: '✕',
  failed: '✕',
  canceled: '○',
} satisfies Record<TargetState, string>;

/** A state by its sign and its word: its color alone says nothing. */
export function StateMark({ state }: { readonly state: TargetState }) {
  return (
    <span class={`state ${state}`}>
      <span aria-hidden="true">{SIGNS[state]}</span> {inWords(state)}
    </span>
  );
}
