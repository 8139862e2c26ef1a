import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { buildArtifact } from '../images/build-image.ts';
import { makeLayout, pushLayout } from '../images/oci-layout.ts';
import { type IdentityServer, startIdentityServer } from '../world/identity/identity-server.ts';
import { type LocalRegistry, startRegistry } from '../world/registry/start-registry.ts';
import { registryTarget } from '../world/seed/registry-target.ts';
import { policyOf, seedPolicy } from '../world/seed/seed-policy.ts';
import { createAuthority } from '../world/tls/certificates.ts';
import { trustAuthority } from '../world/trust.ts';
import { type CliRun, runInProcess } from './support/run-in-process.ts';

const PROGRAM = new URL('../../dist/cli.cjs', import.meta.url).pathname;
const EVERYTHING = ['repository:*:*', 'registry:catalog:*'];
const POLICY = policyOf([
  { repository: 'team/api', tags: ['*'] },
  { repository: 'team/gone', tags: ['1'] },
]);

let folder: string;
let identity: IdentityServer;
let registry: LocalRegistry;
let signedIn: Readonly<Record<string, string>>;
/** The rights of the account that is signed in. */
let rights: readonly string[] = EVERYTHING;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwright-coverage-'));
  const authority = await createAuthority();
  trustAuthority(authority.caPem);
  await writeFile(join(folder, 'ca.pem'), authority.caPem);
  identity = await startIdentityServer();
  registry = await startRegistry({ authority, grants: () => rights });
  signedIn = { ...identity.environment, AZURE_CLIENT_ID: identity.identity.clientId };
  for (const [name, value] of Object.entries(signedIn)) vi.stubEnv(name, value);
  const content = buildArtifact({ configType: 'application/x-test', layers: [] });
  for (const name of ['team/api', 'team/web', 'patchwright/worker']) {
    await pushLayout(makeLayout([{ content, tags: ['1'] }]), registryTarget(registry, name));
  }
  await seedPolicy(registry, POLICY);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await registry?.close();
  await identity?.close();
  await rm(folder, { recursive: true });
});

const worker = `patchwright/worker@sha256:${'0'.repeat(64)}`;
const settings = (extra: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  PATCHWRIGHT_SETTINGS_VERSION: '4',
  PATCHWRIGHT_REGISTRY: registry.host,
  PATCHWRIGHT_SUBSCRIPTION_ID: '7a3c5e1d-0b9f-4c62-8d7e-2f1a6b4c9d80',
  PATCHWRIGHT_JOBS_RESOURCE_GROUP: 'patchwright-jobs',
  PATCHWRIGHT_LOCATION: 'westeurope',
  PATCHWRIGHT_SCAN_WORKER_IMAGE: worker,
  PATCHWRIGHT_PATCH_WORKER_IMAGE: worker,
  PATCHWRIGHT_SCHEDULE: '0 0 2 * * *',
  PATCHWRIGHT_REAP_SCHEDULE: '0 */5 * * * *',
  PATCHWRIGHT_BUILDER: 'standard',
  ...extra,
});
const run = (line: string, extra: Readonly<Record<string, string>> = {}): Promise<CliRun> =>
  runInProcess(line.split(' '), { environment: settings(extra) });

it('answers from the built program, with the settings that az prints', async () => {
  const file = join(folder, 'settings.json');
  const listed = Object.entries(settings()).map(([name, value]) => ({ name, value }));
  await writeFile(file, JSON.stringify(listed));
  const env = { ...signedIn, NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };

  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [PROGRAM, 'coverage', '--settings', file],
    { env },
  );

  expect(stderr).toBe('');
  expect(stdout.replaceAll(/ +$/gm, '')).toMatchInlineSnapshot(`
    "REPOSITORY  COVERAGE   TAGS  FAULT
    team/web    uncovered  -     -
    team/gone   missing    1     -
    team/api    covered    all   -

    1 uncovered, 0 faulty, 1 missing, 0 disabled, 1 covered; 2 of Patchwright left out. Policy: csscpolicies/patchpolicy:v1
    "
  `);
});

it('prints what programs can read', async () => {
  const { stdout } = await run('coverage --output json');
  expect(JSON.parse(stdout)).toMatchObject({
    command: 'coverage',
    items: [{ repository: 'team/web', coverage: 'uncovered' }, {}, {}],
    policy: 'csscpolicies/patchpolicy:v1',
    counts: { uncovered: 1, missing: 1, covered: 1, disabled: 0, faulty: 0 },
    reserved: 2,
  });
  expect((await run('coverage --state uncovered,missing --output tsv')).stdout).toBe(
    'team/web\tuncovered\t-\t-\nteam/gone\tmissing\t1\t-\n',
  );
  expect((await run('coverage --json')).stdout).toBe('repository\ncoverage\ntags\nfault\n');
});

it('takes the policy of the setting, and ignores the variables of other commands', async () => {
  const policy = policyOf([{ repository: 'team/web', tags: ['1'] }]);
  const { code, stdout } = await run('coverage --json repository --state covered', {
    PATCHWRIGHT_POLICY: JSON.stringify(policy),
    PATCHWRIGHT_TOKEN: 'x',
    PATCHWRIGHT_APP: 'https://app.example.org',
  });

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual([{ repository: 'team/web' }]);
});

it('names the role that the account lacks', async () => {
  rights = ['repository:*:*'];
  const { code, stderr } = await run('coverage').finally(() => {
    rights = EVERYTHING;
  });

  expect(code).toBe(3);
  expect(stderr).toMatch(/may not list the repositories\n.*\n {2}what to do: .*Catalog Lister/);
});

it.each([
  ['coverage --state open', {}, 2, /--state.*uncovered, faulty/],
  ['coverage', { PATCHWRIGHT_LOCATION: '' }, 3, /PATCHWRIGHT_LOCATION.*appsettings list/s],
  ['coverage', { PATCHWRIGHT_POLICY: '{"version":"v2"}' }, 3, /version: .*patchwright doctor/s],
  ['coverage', { PATCHWRIGHT_REGISTRY: 'localhost:1' }, 3, /localhost:1\n.*patchwright doctor/s],
])('explains why "%s" with %j fails', async (line, extra, code, says) => {
  const failed = await run(line, extra);

  expect(failed).toMatchObject({ code, stdout: '' });
  expect(failed.stderr).toMatch(says);
});
