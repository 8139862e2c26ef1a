import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ROOT } from './infrastructure.ts';
import { type SmokeAzure, writeStandIns } from './smoke-stand-ins.ts';

const GOOD: SmokeAzure = {
  outcome: 'patched',
  signedIn: true,
  mode: 'LegacyRegistryPermissions',
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwright-smoke-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the script against the stand-ins; nothing of it reaches Azure. */
async function smoke(azure: SmokeAzure) {
  await writeStandIns(folder, azure);
  const { status, stdout } = spawnSync('bash', [join(ROOT, 'infra/smoke.sh')], {
    encoding: 'utf8',
    env: { PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin`, TMPDIR: folder },
    timeout: 25_000,
  });
  const calls = await readFile(join(folder, 'calls'), 'utf8');
  return { status, stdout, calls };
}

const GROUPS_DELETED =
  /^az group delete --name rg-patchwright-smoke[\da-f]{6}(?:-jobs|-registry)? /gm;

it('deploys, patches, checks, and takes everything away again', async () => {
  const { status, stdout, calls } = await smoke(GOOD);

  expect(stdout).not.toContain('FAIL');
  expect(stdout.trim()).toMatch(/PASS$/);
  expect(status).toBe(0);
  expect(calls).toContain('func azure functionapp publish app');
  expect(calls.match(GROUPS_DELETED)).toHaveLength(3);
  expect(calls).toContain('az role definition delete --name custom-role');
});

it('fails where the image was not patched, and still takes everything away', async () => {
  const { status, stdout, calls } = await smoke({ ...GOOD, outcome: 'failed' });

  expect(stdout).toContain('FAIL  the image is patched');
  expect(status).toBe(1);
  expect(calls.match(GROUPS_DELETED)).toHaveLength(3);
});

it('changes nothing where something that it needs is missing', async () => {
  const { status, stdout, calls } = await smoke({ ...GOOD, signedIn: false });

  expect(stdout).toContain('FAIL  az is signed in');
  expect(status).toBe(1);
  expect(calls).not.toMatch(/ (?:create|delete|build --registry|publish) /);
});

it('builds the worker with the rights of the caller in a registry with ABAC', async () => {
  const { calls } = await smoke({ ...GOOD, mode: 'AbacRepositoryPermissions' });

  const builds = calls.split('\n').filter((line) => line.startsWith('az acr build'));
  expect(builds).toHaveLength(2);
  for (const build of builds) {
    expect(build).toContain('--source-acr-auth-id [caller]');
    expect(
      build.match(/_IMAGE=registry\.azurecr\.io\/patchwright\/build\/\w+@sha256:a/g),
    ).toHaveLength(3);
  }
});
