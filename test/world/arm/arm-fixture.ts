import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ContainerGroup,
  ContainerInstanceManagementClient,
} from '@azure/arm-containerinstance';
import { startIdentityServer } from '../identity/identity-server.ts';
import { createAuthority } from '../tls/certificates.ts';
import { trustAuthority } from '../trust.ts';
import { type ArmServer, type ArmServerOptions, startArmServer } from './arm-server.ts';
import { type StubRegistry, startStubRegistry } from './stub-registry.ts';

export const RESOURCE_GROUP = 'jobs';

/** ARM with its neighbors, the SDK's client for it, and a worker program written for the test. */
export interface ArmFixture {
  readonly arm: ArmServer;
  readonly registry: StubRegistry;
  readonly client: ContainerInstanceManagementClient;
  /** A client with tokens for a wrong audience. */
  readonly stranger: ContainerInstanceManagementClient;
  /** A group that runs the program. The given parts replace the defaults. */
  group(parts?: Partial<ContainerGroup>): ContainerGroup;
  close(): Promise<void>;
}

/** `program` is the text of `/app/worker.cjs`. */
export async function startArmFixture(
  program: string,
  options: Partial<ArmServerOptions> = {},
): Promise<ArmFixture> {
  const authority = await createAuthority();
  trustAuthority(authority.caPem);
  const certificate = await authority.issue(['localhost', '127.0.0.1']);
  const identity = await startIdentityServer();
  const registry = await startStubRegistry(certificate);
  const folder = await mkdtemp(join(tmpdir(), 'arm-test-'));
  const worker = join(folder, 'worker.cjs');
  await writeFile(worker, program);
  const subscriptionId = '11111111-2222-3333-4444-555555555555';
  const arm = await startArmServer({
    certificate,
    subscriptionId,
    resourceGroups: [RESOURCE_GROUP],
    locations: ['westeurope'],
    verify: identity.verify,
    runtime: { entrypoint: ['node', '/app/worker.cjs'], files: { '/app/worker.cjs': worker } },
    registryCa: authority.caPem,
    startDelayMs: 20,
    ...options,
  });

  function client(audience: string): ContainerInstanceManagementClient {
    const credential = {
      getToken: async () => ({
        token: identity.token(audience),
        expiresOnTimestamp: Date.now() + 3_600_000,
      }),
    };
    return new ContainerInstanceManagementClient(credential, subscriptionId, {
      endpoint: arm.url,
      credentialScopes: 'https://management.azure.com/.default',
      retryOptions: { maxRetries: 0 },
    });
  }

  return {
    arm,
    registry,
    client: client('https://management.azure.com'),
    stranger: client('https://storage.azure.com'),
    group: (parts = {}) => ({
      location: 'westeurope',
      osType: 'Linux',
      restartPolicy: 'Never',
      imageRegistryCredentials: [registry.credential],
      containers: [
        {
          name: 'worker',
          image: registry.image,
          command: ['node', '/app/worker.cjs', 'scan'],
          resources: { requests: { cpu: 1, memoryInGB: 1 } },
        },
      ],
      ...parts,
    }),
    async close() {
      await arm.close();
      await registry.close();
      await identity.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
