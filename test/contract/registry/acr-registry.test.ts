import { systemClock } from '../../../lib/clock.ts';
import { systemDelays } from '../../../lib/http/delays.ts';
import { createHttp } from '../../../lib/http/http.ts';
import { RegistryHost } from '../../../lib/image/reference.ts';
import { AcrRegistry } from '../../../lib/registry/acr-registry.ts';
import { RegistryTokens, type TokenSource } from '../../../lib/registry/registry-tokens.ts';
import { startIdentityServer } from '../../world/identity/identity-server.ts';
import { startRegistry } from '../../world/registry/start-registry.ts';
import { createAuthority } from '../../world/tls/certificates.ts';
import { trustAuthority } from '../../world/trust.ts';
import { describeRegistry, type RegistryFixture } from './registry.contract.ts';

describeRegistry('ACR adapter on the local registry', () => startFixture({}));
describeRegistry('ACR adapter with blobs on another host', () =>
  startFixture({ redirectBlobs: true }),
);

async function startFixture(settings: {
  readonly redirectBlobs?: boolean;
}): Promise<RegistryFixture> {
  const authority = await createAuthority();
  trustAuthority(authority.caPem);
  const identity = await startIdentityServer();
  const local = await startRegistry({ authority, ...settings });
  const host = RegistryHost.parse(local.host);
  const http = createHttp({ clock: systemClock, delays: systemDelays });
  const common = { host, http, clock: systemClock };
  const credential = {
    getToken: async (scope: string | string[]) => ({
      token: identity.token(String(scope).replace('/.default', '')),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
  const tokens = new RegistryTokens({ ...common, credential });
  return {
    registry: new AcrRegistry({ ...common, tokens }),
    withToken: (token) => new AcrRegistry({ ...common, tokens: onlyToken(token) }),
    setWritable: async (repository, tag, writable) => {
      const record = local.storage.find(repository)?.tags.get(tag);
      if (record === undefined) throw new Error(`no tag ${tag}`);
      record.attributes = { ...record.attributes, writeEnabled: writable };
    },
    refuseMounts: (refused) => local.configure({ mountsRefused: refused }),
    close: async () => {
      await local.close();
      await identity.close();
    },
  };
}

/** What a worker has: one token for whatever it does. */
function onlyToken(token: string): TokenSource {
  return {
    accessToken: async () => token,
    refused: async () => undefined,
    mint: async () => {
      throw new Error('a worker mints nothing');
    },
  };
}
