import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
  folder = await mkdtemp(join(tmpdir(), 'patchwright-build-'));
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'dist/worker.cjs'), '');
});
afterEach(() => rm(folder, { recursive: true }));

async function buildWorker(azure: SmokeAzure, environment: Readonly<Record<string, string>> = {}) {
  await writeStandIns(folder, azure);
  return spawnSync('bash', [join(ROOT, 'infra/build-worker.sh'), 'registry', '1'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...environment, PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin` },
    timeout: 25_000,
  });
}

describe('infra/build-worker.sh', () => {
  it('prints both worker images by digest', async () => {
    const { status, stdout } = await buildWorker(GOOD);

    expect(status).toBe(0);
    expect(
      stdout.match(/_WORKER_IMAGE=patchwright\/worker-(?:scan|patch)@sha256:a{64}$/gm),
    ).toHaveLength(2);
  });

  it('builds the image without BuildKit and root if the builder is remote', async () => {
    const { status, stdout } = await buildWorker(GOOD, { BUILDER: 'remote' });

    const calls = await readFile(join(folder, 'calls'), 'utf8');
    expect(status).toBe(0);
    expect(stdout).toMatch(/PATCH_WORKER_IMAGE=patchwright\/worker-patch-remote@sha256:a{64}$/m);
    expect(calls.match(/--target \S+/g)).toEqual(['--target scan', '--target patch-remote']);
  });

  it('builds the image with buildkitd and runc for privileged groups', async () => {
    const { status, stdout } = await buildWorker(GOOD, { BUILDER: 'confidential' });

    const calls = await readFile(join(folder, 'calls'), 'utf8');
    expect(status).toBe(0);
    expect(stdout).toMatch(/PATCH_WORKER_IMAGE=patchwright\/worker-patch-privileged@sha256:/m);
    expect(calls.match(/--target \S+/g)).toEqual(['--target scan', '--target patch-privileged']);
  });

  it('refuses an unknown builder', async () => {
    const { status, stdout } = await buildWorker(GOOD, { BUILDER: 'none' });

    expect(status).not.toBe(0);
    expect(stdout).toBe('');
  });

  it.each(['acr show', 'acr import', 'acr build', 'acr repository show'])(
    'fails and prints no setting if az %s fails',
    async (refuses) => {
      const { status, stdout } = await buildWorker({ ...GOOD, refuses: `${refuses} *` });

      expect(status).not.toBe(0);
      expect(stdout).toBe('');
    },
  );

  it.each(["''", 'None', `sha256:${'a'.repeat(63)}`])('refuses %s as a digest', async (digest) => {
    const { status, stdout, stderr } = await buildWorker({ ...GOOD, digest });

    expect(status).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('has no digest');
  });
});
