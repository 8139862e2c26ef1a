import { type Answer, problem } from './answer.ts';
import { PRINCIPAL_HEADER, type Principal, parsePrincipal } from './principal.ts';

/** What a route needs: reading, or an action. An operator may read too. */
export type Role = 'reader' | 'operator';

/** Who sends a request. */
export interface Caller {
  /** For a run's row: `function key NAME`, or `Entra NAME (OBJECT ID)`. Sanitized. */
  readonly name: string;
  /** What the caller may do. */
  readonly role: Role;
}

export type Admission =
  | ({ readonly ok: true } & Caller)
  | { readonly ok: false; readonly refusal: Answer };

/** The app roles of the registration in Entra, which `docs/deploy.md` creates. */
const APP_ROLES = {
  reader: 'Patchwright.Reader',
  operator: 'Patchwright.Operator',
} as const satisfies Record<Role, string>;

/** A page of another site can't send it, because the app allows no origin by CORS. */
const REQUEST_HEADER = 'x-patchwright-request';

/** A request's headers, by lower-case name. */
export interface Headers {
  get(name: string): string | null;
}

/**
 * Decides on a request with sign-in by Entra. The principal counts only if App Service's
 * authentication is on: else everybody could send its header.
 */
export function admitPrincipal(
  headers: Headers,
  role: Role,
  { authenticationIsOn }: { readonly authenticationIsOn: boolean },
): Admission {
  if (!authenticationIsOn) return refused(problem(503, OFF));
  const principal = parsePrincipal(headers.get(PRINCIPAL_HEADER) ?? '');
  if (principal === undefined) return refused(unauthorized());
  const has = roleOf(principal);
  if (has === undefined || (role === 'operator' && has === 'reader')) {
    return refused(problem(403, lackOf(role, principal)));
  }
  const forged = role === 'operator' ? crossSiteFault(headers) : undefined;
  if (forged !== undefined) return refused(forged);
  return { ok: true, name: `Entra ${principal.name} (${principal.id})`, role: has };
}

const OFF =
  'PATCHWRIGHT_SIGN_IN is entra, but the authentication of App Service is off: deploy infra/main.bicep again with signIn entra';

function unauthorized(): Answer {
  const answer = problem(401, 'sign in: /.auth/login/aad, or send a token of "az" (docs/http.md)');
  return { ...answer, headers: { ...answer.headers, 'www-authenticate': 'Bearer' } };
}

function roleOf({ roles }: Principal): Role | undefined {
  if (roles.includes(APP_ROLES.operator)) return 'operator';
  return roles.includes(APP_ROLES.reader) ? 'reader' : undefined;
}

function lackOf(role: Role, { name }: Principal): string {
  return `"${name}" lacks the app role ${APP_ROLES[role]}: assign it in Entra (docs/deploy.md), and sign in again`;
}

/** A browser sends its cookie with the requests of any page, so an action needs more than the cookie. */
function crossSiteFault(headers: Headers): Answer | undefined {
  const site = headers.get('sec-fetch-site');
  if (site === 'cross-site' || site === 'same-site') {
    return problem(403, 'a page of another site sent this request: use the dashboard of this app');
  }
  if (!headers.get(REQUEST_HEADER)) {
    return problem(403, 'the header X-Patchwright-Request is missing: send it with any value');
  }
  if (!/^application\/json\s*(?:;|$)/i.test(headers.get('content-type') ?? '')) {
    return problem(415, 'send the body with "content-type: application/json"');
  }
  return undefined;
}

function refused(refusal: Answer): Admission {
  return { ok: false, refusal };
}
