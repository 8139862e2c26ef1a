import { useState } from 'preact/hooks';
import { ApiClient } from '../api/client.ts';
import { SignIn } from './sign-in.tsx';
import { Signed } from './signed.tsx';

/** The key goes to this app alone, and no cache of the browser keeps an answer. */
const ONLY_HERE = { cache: 'no-store', credentials: 'same-origin', redirect: 'error' } as const;

/** Asks for a key, and shows the dashboard with it. The key is lost when the page is closed. */
export function App() {
  const [client, setClient] = useState<ApiClient>();
  const [refusal, setRefusal] = useState<string>();
  if (client === undefined) {
    return (
      <SignIn
        refusal={refusal}
        onKey={(key) => {
          setRefusal(undefined);
          setClient(new ApiClient((url, init) => fetch(url, { ...init, ...ONLY_HERE }), key));
        }}
      />
    );
  }
  const signOut = (why?: string) => {
    setRefusal(why);
    setClient(undefined);
  };
  return <Signed client={client} onSignOut={signOut} />;
}
