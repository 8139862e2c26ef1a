import { useEffect, useState } from 'preact/hooks';
import type { ApiClient, Fault } from '../api/client.ts';

/** The answer of a path, asked again after each change of `again`. Undefined while it loads. */
export function useAnswer<Value>(client: ApiClient, path: string | undefined, again: unknown) {
  const [value, setValue] = useState<Value>();
  const [fault, setFault] = useState<Fault>();
  useEffect(() => {
    setValue(undefined);
    setFault(undefined);
  }, [path]);
  useEffect(() => {
    if (path === undefined) return;
    let isCurrent = true;
    void client.get<Value>(path).then((answer) => {
      if (!isCurrent) return;
      if (answer.ok) setValue(answer.value);
      setFault(answer.ok ? undefined : answer.fault);
    });
    return () => {
      isCurrent = false;
    };
  }, [client, path, again]);
  return { value, fault };
}
