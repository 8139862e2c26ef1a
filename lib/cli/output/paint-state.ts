import type { RunState } from '../../pipeline/records/run.ts';
import type { TargetState } from '../../pipeline/records/target-states.ts';
import type { Color } from './sheet.ts';
import type { Paint } from './text-table.ts';

/** Green for good, yellow for what waits, red for what failed. */
export function paintState(state: RunState | TargetState, color: Color): Paint | undefined {
  switch (state) {
    case 'completed':
    case 'clean':
    case 'patched':
    case 'already-patched':
      return color('green');
    case 'completed-with-failures':
    case 'failed':
    case 'rejected':
      return color('red');
    case 'waiting':
    case 'planned':
    case 'canceled':
      return color('yellow');
    case 'skipped':
      return color('dim');
    case 'discovering':
    case 'running':
    case 'queued':
    case 'scanning':
    case 'patching':
    case 'verifying':
    case 'publishing':
      return undefined;
    default:
      return state satisfies never;
  }
}

/** `2026-11-23 02:00`, in UTC. */
export function shortTime(time: string | null): string | null {
  return time === null ? null : time.slice(0, 16).replace('T', ' ');
}
