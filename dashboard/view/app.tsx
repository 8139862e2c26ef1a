import { useErrorBoundary, useState } from 'preact/hooks';
import { ApiClient } from '../api/client.ts';
import { SignIn } from './sign-in.tsx';
import { Signed } from './signed.tsx';

/** The key goes to this app alone, and no cache of the browser keeps an answer. */
const ONLY_HERE = { cache: 'no-store', credentials: 'same-origin', redirect: 'error' } as const;

/** Asks for a key, and shows the dashboard with it. The key is lost when the page is closed. */
export function App() {
  const [client, setClient] = useState<ApiClient>();
  const [refusal, setRefusal] = useState<string>();
  const [error] = useErrorBoundary();
  if (error !== undefined) return <Broken />;
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

/** An open page outlives an upgrade of the app, whose answers it may then not know. */
function Broken() {
  return (
    <main>
      <section class="card problem" role="alert">
        <h1>This page can’t show the answer of the app</h1>
        <p>Reload the page: the app may have been upgraded. If it persists, please report it.</p>
      </section>
    </main>
  );
}
