import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

/** Runs the script with the stand-ins, so that nothing reaches Azure. */
async function smoke(azure: SmokeAzure, environment: Readonly<Record<string, string>> = {}) {
  await writeStandIns(folder, azure);
  const { status, stdout } = spawnSync('bash', [join(ROOT, 'infra/smoke.sh')], {
    encoding: 'utf8',
    env: {
      PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin`,
      TMPDIR: folder,
      ...environment,
    },
    timeout: 25_000,
  });
  const calls = await readFile(join(folder, 'calls'), 'utf8');
  return { status, stdout, calls };
}

const GROUPS_DELETED =
  /^az group delete --name rg-patchwright-smoke[\da-f]{6}(?:-jobs|-registry)? /gm;

it('deploys, patches, checks, and deletes everything it created', async () => {
  const { status, stdout, calls } = await smoke(GOOD);

  expect(stdout).not.toContain('FAIL');
  expect(stdout.trim()).toMatch(/PASS$/);
  expect(status).toBe(0);
  expect(calls).toContain('func azure functionapp publish app');
  expect(calls.match(GROUPS_DELETED)).toHaveLength(3);
  expect(stdout.match(/ok {4}resource group \S+ is deleted/g)).toHaveLength(3);
  expect(stdout).toContain('ok    custom role custom-role is deleted');
});

it('shows each need of a builder that the probe tried', async () => {
  const { stdout } = await smoke(GOOD);

  expect(stdout).toContain(
    [
      '      pass probe-builder: the builder would be mount-free',
      '        mount refused (mount: EPERM)',
      '        chroot ok',
      '        hardLink ok',
      '        fileCapability ok',
    ].join('\n'),
  );
});

it('fails if the image was not patched, and still deletes everything', async () => {
  const { status, stdout, calls } = await smoke({ ...GOOD, outcome: 'failed' });

  expect(stdout).toContain('FAIL  the image is patched');
  expect(status).toBe(1);
  expect(calls.match(GROUPS_DELETED)).toHaveLength(3);
});

it('changes nothing if a prerequisite is missing', async () => {
  const { status, stdout, calls } = await smoke({ ...GOOD, signedIn: false });

  expect(stdout).toContain('FAIL  az is signed in');
  expect(status).toBe(1);
  expect(calls).not.toMatch(/ (?:create|delete|build --registry|publish) /);
});

it('builds the worker with the caller’s permissions in a registry with ABAC', async () => {
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

it('retries if the app cannot start a run yet', async () => {
  const { status, stdout } = await smoke({ ...GOOD, failingStarts: 3 });

  expect(stdout).toContain('ok    run 20261123T020000Z-7f3a started');
  expect(status).toBe(0);
});

it('prints the app’s answer if no run ever starts', async () => {
  const { status, stdout, calls } = await smoke({ ...GOOD, failingStarts: 1000 });

  expect(stdout).toMatch(/FAIL {2}a run starts within five minutes\n\s+curl: \(22\) 500/);
  expect(status).toBe(1);
  expect(calls.match(GROUPS_DELETED)).toHaveLength(3);
});

describe('the image to patch', () => {
  const image = (os: string, architecture: string) => ({ platform: { os, architecture } });
  const index = (...manifests: readonly object[]) => ({
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests,
  });
  const attestation = image('unknown', 'unknown');

  it('is refused before any build if it is an index of several images', async () => {
    const manifest = index(image('linux', 'amd64'), attestation, image('linux', 'arm64'));

    const { status, stdout, calls } = await smoke({ ...GOOD, manifest });

    expect(stdout).toContain(
      'FAIL  docker.io/amd64/debian:12.1-slim is an index of 2 images, which a run skips as multi-arch',
    );
    expect(status).toBe(1);
    expect(calls).not.toMatch(/^(?:az acr build|az deployment|func) /m);
    expect(calls.match(GROUPS_DELETED)).toHaveLength(1);
  });

  it('may be an index of one image with its attestation', async () => {
    const manifest = index(image('linux', 'amd64'), attestation);

    const { status } = await smoke({ ...GOOD, manifest });

    expect(status).toBe(0);
  });
});

describe('a failing step', () => {
  it.each<readonly [string, Partial<SmokeAzure>]>([
    ['npm ci', { breaks: 'npm ci *' }],
    ['npm run build', { breaks: 'npm run build *' }],
    ['worker images, the longest part', { refuses: 'acr build *' }],
    ['deployment', { refuses: 'deployment sub create *' }],
    ['publishing the app', { breaks: 'func azure *' }],
  ])('%s: prints the end of its log, keeps the log, and tears down', async (step, fault) => {
    const { status, stdout, calls } = await smoke({ ...GOOD, ...fault });

    const [, shown = ''] = new RegExp(`FAIL  ${step}; the end of its log:\n((?: {6}.*\n)+)`).exec(
      stdout,
    ) ?? [''];
    expect(shown).toMatch(/line 99\n\s+\w+ was refused/);
    expect(shown).not.toContain('line 9\n');
    expect(stdout.trim()).toMatch(/FAIL: 1 check\(s\) failed, status 1$/);
    expect(status).toBe(1);
    const [, log = ''] = new RegExp(`${step} \\(log: (.+)\\)`).exec(stdout) ?? [];
    expect(await readFile(log, 'utf8')).toContain('line 1\n');
    expect(stdout).toContain(`logs: ${dirname(log)}`);
    expect(calls).toMatch(/^az group delete --name \S+-registry /m);
  });
});

describe('the tear-down', () => {
  it('reports a resource group that Azure refuses to delete, and deletes the others', async () => {
    const { status, stdout, calls } = await smoke({
      ...GOOD,
      refuses: 'group delete --name *-jobs *',
    });

    expect(stdout).toMatch(
      /FAIL {2}resource group \S+-jobs is deleted: Azure refused\n[\s\S]*az was refused/,
    );
    expect(stdout.match(/ok {4}resource group \S+ is deleted/g)).toHaveLength(2);
    expect(status).toBe(1);
    expect(calls.match(GROUPS_DELETED)).toHaveLength(3);
  });

  it('reports a resource group that still exists after half an hour', async () => {
    const { status, stdout } = await smoke({ ...GOOD, refuses: 'group exists *-registry *' });

    expect(stdout).toMatch(/FAIL {2}resource group \S+-registry is deleted/);
    expect(status).toBe(1);
  });

  it('continues if the registry cannot be read', async () => {
    const registry = { SMOKE_REGISTRY: 'mine', SMOKE_REGISTRY_GROUP: 'rg-mine' };

    const { status, stdout, calls } = await smoke(
      { ...GOOD, refuses: 'acr show *--query id *' },
      registry,
    );

    expect(stdout).toContain("FAIL  the app's roles on mine are removed");
    expect(stdout.match(/ok {4}resource group \S+ is deleted/g)).toHaveLength(2);
    expect(calls).not.toContain('az group delete --name rg-mine ');
    expect(status).toBe(1);
  });

  it('reports a custom role that cannot be deleted', async () => {
    const { status, stdout } = await smoke({ ...GOOD, refuses: 'role definition delete *' });

    expect(stdout).toContain('FAIL  custom role custom-role is deleted');
    expect(status).toBe(1);
  });

  it('keeps everything and prints where it is if SMOKE_KEEP is 1', async () => {
    const { status, stdout, calls } = await smoke(GOOD, { SMOKE_KEEP: '1' });

    expect(stdout).toMatch(
      /kept: rg-patchwright-\S+, \S+-jobs, \S+-registry; delete them yourself/,
    );
    const [, work = ''] = /logs: (.+)/.exec(stdout) ?? [];
    expect(await readFile(join(work, 'publish.log'), 'utf8')).toBe('');
    expect(calls).not.toContain('az group delete');
    expect(status).toBe(0);
  });
});
