import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalRegistry, startRegistry } from '../../world/registry/start-registry.ts';
import { createAuthority } from '../../world/tls/certificates.ts';
import type { Prepared } from '../prepare.ts';
import { type RegistryUser, registryUser } from '../registry-user.ts';
import { seedOperatorImages } from '../seed-registry.ts';

/** A registry with the imports of an operator, and a user with all permissions. */
export interface RegistryScene {
  readonly registry: LocalRegistry;
  readonly user: RegistryUser;
  /** Folder with `config.json` (the user's login) and `ca.crt`. */
  readonly login: string;
  /** A folder on the disk for all other files. */
  readonly folder: string;
  /** Another user with a vulnerability database of its own, and its folder with `report.json`. */
  newUser(name: string): Promise<{ readonly user: RegistryUser; readonly folder: string }>;
  close(): Promise<void>;
}

export async function startRegistryScene(prepared: Prepared): Promise<RegistryScene> {
  const folder = await mkdtemp(join(tmpdir(), 'patchwright-builders-'));
  const login = join(folder, 'login');
  await mkdir(login);
  const authority = await createAuthority();
  const registry = await startRegistry({ authority });
  await seedOperatorImages(registry, prepared);
  const user = await registryUser({ registry, caPem: authority.caPem }, prepared.tools, login);
  return {
    registry,
    user,
    login,
    folder,
    async newUser(name) {
      const own = join(folder, `user-${name}`);
      await mkdir(own);
      const { caPem } = authority;
      return { user: await registryUser({ registry, caPem }, prepared.tools, own), folder: own };
    },
    async close() {
      await registry.close();
      await rm(folder, { recursive: true });
    },
  };
}
