import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { speaksHttp2 } from '../../../worker/builder/speaks-http2.ts';
import { STAND_IN_PATH } from '../tool-fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwright-bk-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function start(args: readonly string[]) {
  const child = spawn(join(STAND_IN_PATH, 'buildkitd'), args, {
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stderr: '' };
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString('utf8');
  });
  return { child, said, ended: once(child, 'close') };
}

it('listens until it is stopped, identifies itself as a stand-in, and leaves no socket', async () => {
  const socket = join(folder, 'buildkitd.sock');
  const config = join(folder, 'buildkitd.toml');
  await writeFile(config, '');

  const { child, said, ended } = start([
    ...['--config', config, '--root', join(folder, 'root'), '--addr', `unix://${socket}`],
  ]);
  while (!said.stderr.includes('running server')) {
    await once(child.stderr, 'data');
  }

  expect(await speaksHttp2(socket)).toBe(true);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(said.stderr).toContain("This is Patchwright's stand-in for buildkitd");
  await expect(access(socket)).rejects.toThrow('ENOENT');
});

it('does not start without its configuration', async () => {
  const { said, ended } = start([
    ...['--config', join(folder, 'none'), '--root', folder, '--addr', `unix://${folder}/s`],
  ]);

  expect(await ended).toEqual([1, null]);
  expect(said.stderr).toContain('buildkitd: ENOENT');
});
