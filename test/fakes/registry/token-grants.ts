import type { Clock } from '../../../lib/clock.ts';
import { RegistryError, type RegistryToken } from '../../../lib/registry/registry.ts';
import type { RegistryScope } from '../../../lib/registry/registry-scopes.ts';

/** ACR's access tokens last 75 minutes. */
const LIFE_MS = 4500 * 1000;

/** The tokens that the fake registry issued, and their rights. */
export class TokenGrants {
  readonly #clock: Clock;
  readonly #grants = new Map<string, { scopes: readonly RegistryScope[]; expiresAt: Date }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mint(scopes: readonly RegistryScope[]): RegistryToken {
    const token = tokenOf(this.#grants.size + 1);
    const expiresAt = new Date(this.#clock.now().getTime() + LIFE_MS);
    this.#grants.set(token, { scopes: structuredClone(scopes), expiresAt });
    return { token, expiresAt };
  }

  /** @throws RegistryError `unauthorized` for an unknown token, `denied` if it lacks the scope. */
  check(token: string, needed: RegistryScope): void {
    const grant = this.#grants.get(token);
    if (grant === undefined || grant.expiresAt <= this.#clock.now()) {
      throw new RegistryError('unauthorized', 'the token is unknown or has expired');
    }
    const actions = grant.scopes
      .filter(({ repository }) => repository === needed.repository)
      .flatMap((scope) => scope.actions);
    if (!needed.actions.every((action) => actions.includes(action))) {
      throw new RegistryError('denied', `the token does not cover ${needed.repository}`);
    }
  }
}

/**
 * A JSON Web Token with a readable payload like ACR's (RFC 7519, section 3), and without a valid
 * signature.
 */
function tokenOf(number: number): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ jti: number })}.fake`;
}
