import pc from 'picocolors';
import type { Paint } from '../../lib/cli/output/text-table.ts';
import type { RunState } from '../../lib/pipeline/records/run.ts';
import type { TargetState } from '../../lib/pipeline/records/target-states.ts';

export type Palette = ReturnType<typeof pc.createColors>;

/** Colors in a terminal, unless NO_COLOR asks for none (https://no-color.org). */
export function paletteFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Palette {
  return pc.createColors(stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb');
}

export function statePaint(palette: Palette, state: TargetState | RunState): Paint {
  switch (state) {
    case 'patched':
    case 'already-patched':
    case 'clean':
    case 'completed':
      return palette.green;
    case 'failed':
    case 'rejected':
    case 'canceled':
      return palette.red;
    case 'skipped':
    case 'planned':
    case 'waiting':
    case 'completed-with-failures':
      return palette.yellow;
    case 'queued':
      return palette.dim;
    case 'discovering':
    case 'running':
    case 'scanning':
    case 'patching':
    case 'verifying':
    case 'publishing':
      return palette.cyan;
    default:
      return state satisfies never;
  }
}
