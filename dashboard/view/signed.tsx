import { useEffect, useState } from 'preact/hooks';
import { type PageView, viewOfLink } from '../../lib/history/page-links.ts';
import type { Status } from '../../lib/history/status.ts';
import { act } from '../api/act.ts';
import type { ApiClient } from '../api/client.ts';
import type { Me } from '../api/sign-in.ts';
import type { Action } from '../model/actions.ts';
import { type ImageFilter, NO_FILTER } from '../model/filter-images.ts';
import { CanAct } from './action-button.tsx';
import { Confirm } from './confirm.tsx';
import { ImagePage } from './image-page.tsx';
import { OverviewPage } from './overview-page.tsx';
import { RunPage } from './run-page.tsx';
import { TopBar } from './top-bar.tsx';
import { Looks } from './use-answer.ts';
import { useOverview } from './use-overview.ts';

interface Props {
  readonly client: ApiClient;
  /** Undefined with a key, which may do everything. */
  readonly me: Me | undefined;
  readonly onSignOut: (why?: string) => void;
}

/** The dashboard of a person who has signed in. */
export function Signed({ client, me, onSignOut }: Props) {
  const route = useRoute();
  const { overview, fault, look, looks } = useOverview(client);
  const [action, setAction] = useState<Action>();
  const [said, setSaid] = useState('');
  const [filter, setFilter] = useState<ImageFilter>(NO_FILTER);
  const refused = fault?.kind === 'key' ? fault.text : undefined;
  useEffect(() => {
    if (refused !== undefined) onSignOut(refused);
  }, [refused]);

  const confirmed = async () => {
    if (action === undefined) return;
    setAction(undefined);
    setSaid('Sending…');
    const done = await act(client, action, crypto.randomUUID());
    setSaid(done.ok ? done.text : `Not done: ${done.fault.text}`);
    await look();
  };
  const canAct = me?.role !== 'reader';
  return (
    <CanAct.Provider value={canAct}>
      <TopBar overview={overview} me={me} onRefresh={look} onSignOut={() => onSignOut()} />
      <p class={said === '' ? 'hidden' : 'said'} role="status">
        {said}
      </p>
      <main id="main">
        {!canAct && (
          <p class="may-read">
            You can read. To start, retry or cancel runs, your account needs the app role
            Patchwright.Operator.
          </p>
        )}
        {fault !== undefined && overview !== undefined && (
          <p class="banner" role="alert">
            <strong>This is not current.</strong> {fault.text}
          </p>
        )}
        {route.page === 'overview' ? (
          <OverviewPage
            client={client}
            overview={overview}
            fault={fault}
            filter={filter}
            onFilter={setFilter}
            onAction={setAction}
            onRetry={look}
          />
        ) : (
          <Looks.Provider value={looks}>
            <Subject route={route} client={client} status={overview?.status} onAction={setAction} />
          </Looks.Provider>
        )}
      </main>
      {action !== undefined && (
        <Confirm action={action} onYes={confirmed} onNo={() => setAction(undefined)} />
      )}
    </CanAct.Provider>
  );
}

function Subject({
  route,
  ...props
}: {
  readonly route: Exclude<PageView, { readonly page: 'overview' }>;
  readonly client: ApiClient;
  readonly status: Status | undefined;
  readonly onAction: (action: Action) => void;
}) {
  return route.page === 'image' ? (
    <ImagePage {...props} image={route.image} />
  ) : (
    <RunPage {...props} run={route.run} />
  );
}

function useRoute() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return viewOfLink(hash);
}
