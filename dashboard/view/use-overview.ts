import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ApiClient, Fault } from '../api/client.ts';
import { loadOverview, type Overview } from '../api/load.ts';
import { pollDelay } from '../model/poll-delay.ts';

export interface OverviewState {
  readonly overview: Overview | undefined;
  /** Why the last look failed. The overview is then older. */
  readonly fault: Fault | undefined;
  readonly look: () => Promise<void>;
  /** How many looks have ended. */
  readonly looks: number;
}

/** Loads the overview, and again while the page is visible. */
export function useOverview(client: ApiClient): OverviewState {
  const [overview, setOverview] = useState<Overview>();
  const [fault, setFault] = useState<Fault>();
  const [looks, setLooks] = useState(0);
  const known = useRef<Overview | undefined>(undefined);
  const failures = useRef(0);
  const busy = useRef<Promise<void> | undefined>(undefined);

  const look = useCallback(() => {
    // Later looks show nothing until they are whole, so that no image comes and goes.
    const onPart = known.current === undefined ? setOverview : undefined;
    busy.current ??= loadOverview(client, known.current, onPart).then((loaded) => {
      busy.current = undefined;
      failures.current = loaded.ok ? 0 : failures.current + 1;
      setFault(loaded.ok ? undefined : loaded.fault);
      if (loaded.ok) {
        known.current = loaded.overview;
        setOverview(loaded.overview);
      }
      setLooks((count) => count + 1);
    });
    return busy.current;
  }, [client]);

  useEffect(() => void look(), [look]);
  useEffect(() => {
    const isActive = (known.current?.status.activeRuns.length ?? 0) > 0;
    let timer: number | undefined;
    const plan = () => {
      clearTimeout(timer);
      const { hidden: isHidden } = document;
      const delay = pollDelay({ isActive, isHidden, failures: failures.current });
      if (delay !== undefined) timer = window.setTimeout(look, delay);
    };
    plan();
    document.addEventListener('visibilitychange', plan);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', plan);
    };
  }, [look, looks]);

  return { overview, fault, look, looks };
}
