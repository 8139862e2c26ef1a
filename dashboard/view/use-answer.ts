import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { ApiClient, Fault } from '../api/client.ts';

/** The number of looks at the overview so far. Each look repeats requests that failed. */
export const Looks = createContext(0);

/**
 * The answer of a path, asked again after each change of `again`, and with each look while it fails.
 * Undefined while it loads.
 */
export function useAnswer<Value>(client: ApiClient, path: string | undefined, again: unknown) {
  const [value, setValue] = useState<Value>();
  const [fault, setFault] = useState<Fault>();
  const [retries, setRetries] = useState(0);
  const looks = useContext(Looks);
  const retry = () => setRetries((count) => count + 1);
  useEffect(() => {
    setValue(undefined);
    setFault(undefined);
  }, [path]);
  useEffect(() => {
    if (fault?.kind === 'failed') retry();
  }, [looks]);
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    void client.get<Value>(path, abort.signal).then((answer) => {
      if (abort.signal.aborted) return;
      if (answer.ok) setValue(answer.value);
      setFault(answer.ok ? undefined : answer.fault);
    });
    return () => abort.abort();
  }, [client, path, again, retries]);
  return { value, fault, retry };
}
