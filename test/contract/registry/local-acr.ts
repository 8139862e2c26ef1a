import { systemClock } from '../../../lib/clock.ts';
import { type Delays, systemDelays } from '../../../lib/http/delays.ts';
import { createHttp } from '../../../lib/http/http.ts';
import { RegistryHost } from '../../../lib/image/reference.ts';
import { AcrRegistry } from '../../../lib/registry/acr-registry.ts';
import type { Registry } from '../../../lib/registry/registry.ts';
import { RegistryTokens, type TokenSource } from '../../../lib/registry/registry-tokens.ts';
import { startIdentityServer } from '../../world/identity/identity-server.ts';
import { type LocalRegistry, startRegistry } from '../../world/registry/start-registry.ts';
import { createAuthority } from '../../world/tls/certificates.ts';
import { trustAuthority } from '../../world/trust.ts';

/** The local registry, and the adapter that uses it with an identity's token, as the app does. */
export interface LocalAcr {
  readonly local: LocalRegistry;
  readonly registry: Registry;
  withToken(token: string): Registry;
  /** Advances the registry's clock. */
  pass(time: { readonly seconds: number }): void;
  close(): Promise<void>;
}

export async function startLocalAcr(
  options: { readonly redirectBlobs?: boolean; readonly delays?: Delays } = {},
): Promise<LocalAcr> {
  const { redirectBlobs = false, delays = systemDelays } = options;
  const authority = await createAuthority();
  trustAuthority(authority.caPem);
  const identity = await startIdentityServer();
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  const local = await startRegistry({ authority, redirectBlobs, now });
  const host = RegistryHost.parse(local.host);
  const common = { host, http: createHttp({ clock: systemClock, delays }), clock: systemClock };
  const credential = {
    getToken: async (scopes: string | string[]) => ({
      token: identity.token(String(scopes).replace('/.default', '')),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
  const tokens = new RegistryTokens({ ...common, credential });
  return {
    local,
    registry: new AcrRegistry({ ...common, tokens }),
    withToken: (token) => new AcrRegistry({ ...common, tokens: onlyToken(token) }),
    pass: ({ seconds }) => {
      aheadMs += seconds * 1000;
    },
    close: async () => {
      await local.close();
      await identity.close();
    },
  };
}

/** The token source of a worker: one fixed token for every request. */
function onlyToken(token: string): TokenSource {
  return {
    accessToken: async () => token,
    refused: async () => undefined,
    mint: async () => {
      throw new Error('a worker mints nothing');
    },
  };
}
