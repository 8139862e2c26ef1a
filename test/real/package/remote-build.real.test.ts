import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../infra/infrastructure.ts';
import { unzip } from '../../infra/unzip.ts';
import { runProcess } from '../process/run-process.ts';

const MINUTE = 60_000;

let folder: string;
const app = () => join(folder, 'app');
const npm = (cwd: string, ...args: readonly string[]) =>
  runProcess({ command: 'npm', args, cwd, timeoutMs: 10 * MINUTE });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwright-remote-build-'));
  const zip = join(folder, 'package.zip');
  await npm(ROOT, 'run', 'package', '--', '--output', zip, '--quiet');
  await unzip(zip, app());
  await rm(join(app(), 'app'), { recursive: true });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Oryx does the same with the package of azd. Source: microsoft/Oryx, doc/runtimes/nodejs.md. */
describe('a remote build of the package', () => {
  it('makes the same bundle as a local build, byte for byte', async () => {
    await npm(app(), 'ci', '--no-audit', '--no-fund');
    await npm(app(), 'run', 'build');

    const bundle = await readFile(join(app(), 'app/index.cjs'));
    expect(bundle.equals(await readFile(join(ROOT, 'app/index.cjs')))).toBe(true);
  });

  it('keeps the bundle and no dev dependency in the app', async () => {
    await npm(app(), 'run', 'build:azure');

    // A package that only dev dependencies need is marked `dev`.
    const lock: { packages: Record<string, { dev?: boolean }> } = JSON.parse(
      await readFile(join(app(), 'package-lock.json'), 'utf8'),
    );
    const dev = Object.keys(lock.packages).filter((path) => lock.packages[path]?.dev === true);
    expect(dev).toContain('node_modules/esbuild');
    expect(dev.filter((path) => existsSync(join(app(), path)))).toEqual([]);
    expect(existsSync(join(app(), 'node_modules/zod'))).toBe(true);
    expect(existsSync(join(app(), 'app/index.cjs'))).toBe(true);
  });
});
