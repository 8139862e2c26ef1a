import { useEffect, useMemo, useState } from 'preact/hooks';
import { viewOfLink } from '../../lib/history/page-links.ts';
import { type Answered, ApiClient } from '../api/client.ts';
import { keepLink, keptLink, LOGIN, LOGOUT, type Me } from '../api/sign-in.ts';
import { Name } from './name.tsx';
import { Signed } from './signed.tsx';

interface Props {
  readonly fetch: ConstructorParameters<typeof ApiClient>[0];
}

/** Asks who has signed in at Microsoft Entra, and shows the dashboard, or the way to sign in. */
export function EntraSignIn({ fetch }: Props) {
  const client = useMemo(() => new ApiClient(fetch, undefined), [fetch]);
  const [answer, setAnswer] = useState<Answered<Me>>();
  useEffect(() => {
    void client.get<Me>('/api/me').then((me) => {
      const kept = me.ok ? keptLink() : undefined;
      if (kept !== undefined) location.hash = kept;
      setAnswer(me);
    });
  }, [client]);
  if (answer === undefined) {
    return (
      <p class="loading" role="status">
        Loading…
      </p>
    );
  }
  if (!answer.ok) {
    const isUnknown = answer.fault.kind === 'key';
    return <Ask text={isUnknown ? undefined : answer.fault.text} />;
  }
  const signOut = (why?: string) => {
    if (why === undefined) location.assign(LOGOUT);
    else setAnswer({ ok: false, fault: { kind: 'failed', text: why, nearest: [] } });
  };
  return <Signed client={client} me={answer.value} onSignOut={signOut} />;
}

/** `text` says why an account is not enough, or why the app did not answer. */
function Ask({ text }: { readonly text: string | undefined }) {
  const keep = () => keepLink(location.hash, viewOfLink(location.hash).page);
  return (
    <main class="sign-in">
      <section class="card" aria-labelledby="sign-in-title">
        <p class="brand">Patchwright</p>
        <h1 id="sign-in-title">Sign in</h1>
        {text !== undefined && (
          <p class="fault" role="alert">
            <Name text={text} />
          </p>
        )}
        <a class="button primary" href={LOGIN} onClick={keep}>
          Sign in with Microsoft
        </a>
        {text !== undefined && (
          <a class="button" href={LOGOUT} onClick={keep}>
            Sign out, to use another account
          </a>
        )}
        <p class="quiet">
          Your account needs the app role Patchwright.Reader, or Patchwright.Operator to start,
          retry and cancel runs.
        </p>
      </section>
    </main>
  );
}
