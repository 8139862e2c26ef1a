import { useEffect, useErrorBoundary, useState } from 'preact/hooks';
import { ApiClient } from '../api/client.ts';
import { type AskedMode, askMode } from '../api/sign-in.ts';
import { EntraSignIn } from './entra-sign-in.tsx';
import { SignIn } from './sign-in.tsx';
import { Signed } from './signed.tsx';

/** A key or a cookie goes to this app alone, and no cache of the browser keeps an answer. */
const ONLY_HERE = { cache: 'no-store', credentials: 'same-origin', redirect: 'error' } as const;

function fetchHere(url: string, init: RequestInit): Promise<Response> {
  return fetch(url, { ...init, ...ONLY_HERE });
}

/** Signs in as the app demands, and shows the dashboard. */
export function App() {
  const [asked, setAsked] = useState<AskedMode>();
  const [error] = useErrorBoundary();
  const ask = () => {
    setAsked(undefined);
    void askMode(fetchHere).then(setAsked);
  };
  useEffect(ask, []);
  if (error !== undefined) return <Broken />;
  if (asked === undefined) {
    return (
      <p class="loading" role="status">
        Loading…
      </p>
    );
  }
  if (!asked.ok) return <NoAnswer text={asked.text} onRetry={ask} />;
  return asked.mode === 'entra' ? <EntraSignIn fetch={fetchHere} /> : <ByKey />;
}

/** Asks for a key, and shows the dashboard with it. The key is lost when the page is closed. */
function ByKey() {
  const [client, setClient] = useState<ApiClient>();
  const [refusal, setRefusal] = useState<string>();
  if (client === undefined) {
    return (
      <SignIn
        refusal={refusal}
        onKey={(key) => {
          setRefusal(undefined);
          setClient(new ApiClient(fetchHere, key));
        }}
      />
    );
  }
  const signOut = (why?: string) => {
    setRefusal(why);
    setClient(undefined);
  };
  return <Signed client={client} me={undefined} onSignOut={signOut} />;
}

function NoAnswer({ text, onRetry }: { readonly text: string; readonly onRetry: () => void }) {
  return (
    <main>
      <section class="card problem">
        <h1>The app can’t answer</h1>
        <p role="alert">{text}</p>
        <button type="button" class="primary" onClick={onRetry}>
          Try again
        </button>
      </section>
    </main>
  );
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
