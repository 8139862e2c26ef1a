import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledStandIns } from '../stand-ins/bundle.ts';
import { type ArmServer, type ArmServerOptions, startArmServer } from './arm/arm-server.ts';
import type { Enclose } from './arm/local-command.ts';
import type { FunctionsHost, FunctionsHostOptions } from './functions-host/functions-host.ts';
import { startFunctionsHost } from './functions-host/start-functions-host.ts';
import { type IdentityServer, startIdentityServer } from './identity/identity-server.ts';
import { testedAppFolder } from './real-host/tested-program.ts';
import {
  type LocalRegistry,
  type RegistrySettings,
  startRegistry,
} from './registry/start-registry.ts';
import { type LocalStorage, type StorageAccess, startStorage } from './storage.ts';
import { createAuthority, type IssuedCertificate } from './tls/certificates.ts';
import { trustAuthority } from './trust.ts';
import { pushWorkerImage } from './worker-image.ts';

export interface WorldOptions {
  /** `identity`, the default, is the production path; the other is for `local.settings.json`. */
  readonly storageAccess?: StorageAccess;
  /** The tools of the worker image; stand-ins by default. */
  readonly toolsFolder?: string;
  /** The tools of the privileged worker image; `toolsFolder` by default. */
  readonly privilegedToolsFolder?: string;
  /** The user that the scan image names for its tools, `UID:GID`; none by default. Needs root. */
  readonly scanUser?: string;
  /** Encloses containers that are not privileged; by default they are plain processes. */
  readonly enclose?: Enclose;
  /** The worker program; `dist/worker.cjs` by default. */
  readonly workerFile?: string;
  /** Quotas, delays, pages and faults of container groups. */
  readonly arm?: Partial<
    Pick<
      ArmServerOptions,
      | 'quotas'
      | 'pageSize'
      | 'startDelayMs'
      | 'deletionDelayMs'
      | 'imageCheck'
      | 'faults'
      | 'requestFaults'
    >
  >;
  readonly registry?: Partial<RegistrySettings>;
  /** Settings of the app beside or in place of the world's own. */
  readonly settings?: Readonly<Record<string, string>>;
}

export type AppOptions = Partial<Omit<FunctionsHostOptions, 'settings'>> & {
  readonly settings?: Readonly<Record<string, string>>;
};

/** A local Azure: everything that the app talks to, on this machine. */
export interface World {
  readonly identity: IdentityServer;
  readonly registry: LocalRegistry;
  readonly arm: ArmServer;
  readonly storage: LocalStorage;
  /** The authority of every server here, PEM, and a file with it. */
  readonly caPem: string;
  readonly caFile: string;
  /** Of its servers; for one more of them. */
  readonly certificate: IssuedCertificate;
  /** The stand-in of the worker image, `repository@sha256:…`. */
  readonly workerImage: string;
  /** All of the app's settings. */
  appEnvironment(extra?: Readonly<Record<string, string>>): Record<string, string>;
  /** Starts the built app in a Functions host; several may run at once, as instances do. */
  startApp(options?: AppOptions): Promise<FunctionsHost>;
  /** Ends everything that was started here. No container group outlives it. */
  close(): Promise<void>;
}

const ROOT = join(import.meta.dirname, '../..');
const SUBSCRIPTION = '7a3c5e1d-0b9f-4c62-8d7e-2f1a6b4c9d80';
const RESOURCE_GROUP = 'patchwright-jobs';
const LOCATION = 'westeurope';
/** The schedules that the template sets if nobody chooses others. */
export const USUAL_SCHEDULES = {
  PATCHWRIGHT_SCHEDULE: '0 0 2 * * *',
  PATCHWRIGHT_REAP_SCHEDULE: '0 */5 * * * *',
};
/** Unless a test chooses, no timer fires by itself: the real host starts every timer, whatever a test expects. */
const NEVER_BY_ITSELF = {
  PATCHWRIGHT_SCHEDULE: '0 0 0 29 2 *',
  PATCHWRIGHT_REAP_SCHEDULE: '0 0 0 29 2 *',
};

/** Starts a local Azure with an empty registry, but for the worker image. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const authority = await createAuthority();
  trustAuthority(authority.caPem);
  const folder = await mkdtemp(join(tmpdir(), 'patchwright-world-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, authority.caPem);
  const certificate = await authority.issue(['localhost', '127.0.0.1']);
  const closers: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
      await closer();
    }
  };

  try {
    const identity = await startIdentityServer();
    closers.push(() => identity.close());
    const registry = await startRegistry({
      authority,
      verifyIdentityToken: (token) => registryIdentity(identity, token),
      grants: grantsIn(identity),
      ...options.registry,
    });
    closers.push(() => registry.close());
    const workerImage = await pushWorkerImage(registry);
    const arm = await startArmServer({
      certificate,
      subscriptionId: SUBSCRIPTION,
      resourceGroups: [RESOURCE_GROUP],
      locations: [LOCATION],
      verify: identity.verify,
      registryCa: authority.caPem,
      runtime: {
        entrypoint: ['node', '/app/worker.cjs'],
        files: { '/app/worker.cjs': options.workerFile ?? join(ROOT, 'dist/worker.cjs') },
        toolsFolder: options.toolsFolder ?? (await bundledStandIns()),
        ...(options.privilegedToolsFolder !== undefined && {
          privilegedToolsFolder: options.privilegedToolsFolder,
        }),
        ...(options.scanUser !== undefined && { scanUser: options.scanUser }),
        ...(options.enclose && { enclose: options.enclose }),
      },
      ...options.arm,
    });
    closers.push(() => arm.close());
    const storage = await startStorage({
      access: options.storageAccess ?? 'identity',
      certificate,
      clientId: identity.identity.clientId,
    });
    closers.push(() => storage.close());

    const appEnvironment: World['appEnvironment'] = (extra = {}) => ({
      ...identity.environment,
      ...storage.settings,
      AZURE_CLIENT_ID: identity.identity.clientId,
      PATCHWRIGHT_PULL_CLIENT_ID: identity.pullIdentity.clientId,
      NODE_EXTRA_CA_CERTS: caFile,
      PATCHWRIGHT_SETTINGS_VERSION: '4',
      PATCHWRIGHT_REGISTRY: registry.host,
      PATCHWRIGHT_SUBSCRIPTION_ID: SUBSCRIPTION,
      PATCHWRIGHT_JOBS_RESOURCE_GROUP: RESOURCE_GROUP,
      PATCHWRIGHT_LOCATION: LOCATION,
      PATCHWRIGHT_ARM_ENDPOINT: arm.url,
      PATCHWRIGHT_SCAN_WORKER_IMAGE: workerImage,
      PATCHWRIGHT_PATCH_WORKER_IMAGE: workerImage,
      ...NEVER_BY_ITSELF,
      PATCHWRIGHT_BUILDER: 'standard',
      PATCHWRIGHT_POLL_SECONDS: '1',
      PATCHWRIGHT_EXTRA_CA_FILE: caFile,
      ...options.settings,
      ...extra,
    });
    return {
      identity,
      registry,
      arm,
      storage,
      caPem: authority.caPem,
      caFile,
      certificate,
      workerImage,
      appEnvironment,
      async startApp({ settings, ...app } = {}) {
        const host = await startFunctionsHost({
          folder: testedAppFolder() ?? ROOT,
          ...app,
          settings: appEnvironment(settings),
        });
        closers.push(() => host.close());
        return host;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The roles of the template: the pull identity only pulls. The app's own rights can be given. */
export function grantsIn(
  { pullIdentity }: IdentityServer,
  rights: {
    readonly app?: readonly string[];
    readonly pull?: readonly string[];
  } = {},
): RegistrySettings['grants'] {
  const { app = ['repository:*:*', 'registry:catalog:*'], pull = ['repository:*:pull'] } = rights;
  return ({ subject }) => (subject === pullIdentity.objectId ? pull : app);
}

/** ACR takes tokens for its own audience and for ARM's. */
function registryIdentity(
  identity: IdentityServer,
  token: string,
): ReturnType<RegistrySettings['verifyIdentityToken']> {
  const audiences = ['https://containerregistry.azure.net', 'https://management.azure.com'];
  const verdict = identity.verify(token, audiences);
  return verdict.ok ? { subject: verdict.claims.oid, tenant: verdict.claims.tid } : undefined;
}
