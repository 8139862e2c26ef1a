import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AciOptions } from '../../../lib/containers/aci-container-groups.ts';
import {
  type ArmServer,
  type ArmServerOptions,
  startArmServer,
} from '../../world/arm/arm-server.ts';
import { type StubRegistry, startStubRegistry } from '../../world/arm/stub-registry.ts';
import { startIdentityServer } from '../../world/identity/identity-server.ts';
import { createAuthority } from '../../world/tls/certificates.ts';
import { trustAuthority } from '../../world/trust.ts';

const SUBSCRIPTION = '11111111-2222-3333-4444-555555555555';
const WORKER = '/app/worker.cjs';

/** The local ARM, and the adapter's settings to reach it. */
export interface LocalArm {
  readonly arm: ArmServer;
  readonly registry: StubRegistry;
  readonly settings: Omit<AciOptions, 'clock' | 'delays'>;
  close(): Promise<void>;
}

/** `program` is the text of `/app/worker.cjs` in the worker image. */
export async function startLocalArm(
  program: string,
  options: Partial<ArmServerOptions>,
): Promise<LocalArm> {
  const authority = await createAuthority();
  trustAuthority(authority.caPem);
  const certificate = await authority.issue(['localhost', '127.0.0.1']);
  const identity = await startIdentityServer();
  const registry = await startStubRegistry(certificate);
  const folder = await mkdtemp(join(tmpdir(), 'patchwright-arm-'));
  const worker = join(folder, 'worker.cjs');
  await writeFile(worker, program);
  const arm = await startArmServer({
    certificate,
    subscriptionId: SUBSCRIPTION,
    resourceGroups: ['jobs'],
    locations: ['westeurope'],
    verify: identity.verify,
    runtime: { entrypoint: ['node', WORKER], files: { [WORKER]: worker } },
    registryCa: authority.caPem,
    ...options,
  });
  const credential = {
    getToken: async (scopes: string | string[]) => ({
      token: identity.token(String(scopes).replace('/.default', '')),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
  return {
    arm,
    registry,
    settings: {
      credential,
      subscriptionId: SUBSCRIPTION,
      resourceGroup: 'jobs',
      location: 'westeurope',
      endpoint: arm.url,
    },
    async close() {
      await arm.close();
      await registry.close();
      await identity.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
