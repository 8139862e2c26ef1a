import { PAGE_PATH, type PageView } from '../../lib/history/page-links.ts';

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How the app knows people: by a function key, or by an account in Microsoft Entra. */
export type SignInMode = 'keys' | 'entra';

/** Who has signed in, as `GET /api/me` says. */
export interface Me {
  readonly name: string;
  readonly role: 'reader' | 'operator';
}

export type AskedMode =
  | { readonly ok: true; readonly mode: SignInMode }
  | { readonly ok: false; readonly text: string };

/** App Service's own paths: docs/http.md#sign-in. */
export const LOGIN = `/.auth/login/aad?post_login_redirect_uri=${PAGE_PATH}`;
export const LOGOUT = `/.auth/logout?post_logout_redirect_uri=${PAGE_PATH}`;

const LIMIT_MS = 30_000;

/** Asks how to sign in, which needs no key. An app with faulty settings says so after that. */
export async function askMode(fetch: Fetch): Promise<AskedMode> {
  try {
    const answer = await fetch('/api/health', { signal: AbortSignal.timeout(LIMIT_MS) });
    const health: unknown = await answer.json().catch(() => undefined);
    const isEntra =
      typeof health === 'object' &&
      health !== null &&
      'signIn' in health &&
      health.signIn === 'entra';
    return { ok: true, mode: isEntra ? 'entra' : 'keys' };
  } catch {
    return {
      ok: false,
      text: 'The app does not answer. Check the network and whether the app runs.',
    };
  }
}

const LINK = 'patchwright-link';

/** The way over Microsoft's page loses what follows `#`. It holds names only, no secret. */
export function keepLink(hash: string, page: PageView['page']): void {
  if (page !== 'overview') sessionStorage.setItem(LINK, hash);
}

/** The link that was kept, once. */
export function keptLink(): string | undefined {
  const hash = sessionStorage.getItem(LINK);
  sessionStorage.removeItem(LINK);
  return hash?.startsWith('#/') ? hash : undefined;
}
