import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PAGE_PATH } from '../../lib/history/page-links.ts';
import type { FunctionsHost } from '../world/functions-host/functions-host.ts';
import type { World } from '../world/world.ts';

const TOKEN_USER = '00000000-0000-0000-0000-000000000000';

export interface KeptEnvironment {
  /** The file to source. */
  readonly file: string;
  /** The address of the dashboard. */
  readonly dashboard: string;
  /** The variables of it that the command line reads. */
  readonly patchwright: Readonly<Record<string, string>>;
}

/**
 * Writes a file to source in a shell, so that az, skopeo and curl work with this local Azure as with
 * the real one. Secrets are only in this file, which only this user can read.
 */
export async function writeEnvironment(
  folder: string,
  world: World,
  host: FunctionsHost,
): Promise<KeptEnvironment> {
  const { registry, storage } = world;
  const login = Buffer.from(`${TOKEN_USER}:${registry.refreshToken()}`).toString('base64');
  const authFile = join(folder, 'auth.json');
  const auths = { [registry.host]: { auth: login } };
  await writeFile(authFile, JSON.stringify({ auths }), { mode: 0o600 });
  const variables = {
    AZURE_STORAGE_CONNECTION_STRING: storage.account.connectionString,
    REQUESTS_CA_BUNDLE: world.caFile,
    SSL_CERT_FILE: world.caFile,
    NODE_EXTRA_CA_CERTS: world.caFile,
    REGISTRY_AUTH_FILE: authFile,
    PATCHWRIGHT_APP: host.url,
    PATCHWRIGHT_FUNCTION_KEY: host.keys.function,
  };
  const lines = Object.entries(variables).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`,
  );
  const { AZURE_STORAGE_CONNECTION_STRING, NODE_EXTRA_CA_CERTS } = variables;
  const file = join(folder, 'env');
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  await chmod(folder, 0o700);
  const dashboard = host.url + PAGE_PATH;
  return { file, dashboard, patchwright: { AZURE_STORAGE_CONNECTION_STRING, NODE_EXTRA_CA_CERTS } };
}

/** The last lines of a demo that keeps running. The very last one is the dashboard's address. */
export function dashboardLines({ file, dashboard }: KeptEnvironment): readonly string[] {
  return [
    'Everything keeps running. Ctrl+C ends it.',
    '',
    'The dashboard shows the run, and four weeks of generated history before it. It asks for a key:',
    `  . ${file}; echo $PATCHWRIGHT_FUNCTION_KEY`,
    `  ${dashboard}`,
  ];
}
