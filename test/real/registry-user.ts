import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTrivyReport, type TrivyReport } from '../../lib/report/trivy-report.ts';
import type { World } from '../world/world.ts';
import { runProcess } from './process/run-process.ts';
import { DATABASE_REPOSITORY } from './seed-registry.ts';
import type { RealTools } from './tools/find-real-tools.ts';

/** A user of the registry, with only a login and the registry's certificate authority. */
export interface RegistryUser {
  /** Pulls `repository:tag` with skopeo, which checks every digest. Returns the OCI layout folder. */
  pull(image: string): Promise<string>;
  /** Scans `repository:tag` with Trivy and the database in the registry. */
  scan(image: string): Promise<TrivyReport>;
}

/** The user name that docker and `az acr login` use with a refresh token. */
const TOKEN_USER = '00000000-0000-0000-0000-000000000000';
const LIMIT_MS = 5 * 60_000;

/** `folder` is only for this user: it gets the login, caches and pulled images. */
export async function registryUser(
  { registry, caPem }: Pick<World, 'registry' | 'caPem'>,
  tools: RealTools,
  folder: string,
): Promise<RegistryUser> {
  const login = join(folder, 'config.json');
  const authority = join(folder, 'ca.crt');
  const auth = Buffer.from(`${TOKEN_USER}:${registry.refreshToken()}`).toString('base64');
  await writeFile(login, JSON.stringify({ auths: { [registry.host]: { auth } } }));
  await writeFile(authority, caPem);
  let pulled = 0;

  return {
    async pull(image) {
      pulled += 1;
      const layout = join(folder, `pulled-${pulled}`);
      const from = `docker://${registry.host}/${image}`;
      const options = ['--authfile', login, '--src-cert-dir', folder];
      await runProcess({
        command: tools.skopeo,
        args: ['copy', '--quiet', ...options, from, `oci:${layout}:pulled`],
        timeoutMs: LIMIT_MS,
      });
      return layout;
    },
    async scan(image) {
      const report = join(folder, 'report.json');
      const cache = join(folder, 'trivy');
      await mkdir(cache, { recursive: true });
      await runProcess({
        command: tools.programs.trivy,
        args: [
          'image',
          ...['--image-src', 'remote', '--scanners', 'vuln', '--pkg-types', 'os'],
          ...['--db-repository', `${registry.host}/${DATABASE_REPOSITORY}:2`],
          ...['--cache-dir', cache, '--format', 'json', '--output', report, '--list-all-pkgs'],
          ...['--skip-version-check', '--disable-telemetry', '--no-progress'],
          `${registry.host}/${image}`,
        ],
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          DOCKER_CONFIG: folder,
          SSL_CERT_FILE: authority,
        },
        timeoutMs: LIMIT_MS,
      });
      const parsed = parseTrivyReport(await readFile(report));
      if (!parsed.ok) throw new Error(parsed.fault);
      return parsed.value;
    },
  };
}
