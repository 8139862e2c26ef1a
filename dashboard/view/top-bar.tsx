import type { Overview } from '../api/load.ts';
import type { Me } from '../api/sign-in.ts';
import { formatShare } from '../model/format.ts';
import { Name } from './name.tsx';

interface Props {
  readonly overview: Overview | undefined;
  readonly me: Me | undefined;
  readonly onRefresh: () => void;
  readonly onSignOut: () => void;
}

export function TopBar({ overview, me, onRefresh, onSignOut }: Props) {
  return (
    <header class="top">
      <a class="brand" href="#/">
        Patchwright
      </a>
      <p class="live" role="status">
        {overview === undefined ? '' : liveText(overview)}
      </p>
      {me !== undefined && (
        <span class="who quiet">
          <Name text={me.name} />
        </span>
      )}
      <button type="button" onClick={onRefresh}>
        Refresh
      </button>
      <button type="button" onClick={onSignOut}>
        Sign out
      </button>
    </header>
  );
}

function liveText({ status }: Overview): string {
  const [run] = status.activeRuns;
  if (run === undefined) return 'No run is active';
  if (run.state === 'discovering') return 'A run looks for images';
  const all = run.targets ?? 0;
  if (all === 0) return 'A run is active';
  return `A run is active: ${formatShare(all - (run.active ?? 0), all)} done`;
}
