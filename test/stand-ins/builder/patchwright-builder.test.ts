import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BuilderReport } from '../../../lib/job/builder-report.ts';
import { speaksHttp2 } from '../../../worker/builder/speaks-http2.ts';
import { STAND_IN_PATH } from '../tool-fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwright-builder-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function start(args: readonly string[]) {
  const child = spawn(join(STAND_IN_PATH, 'patchwright-builder'), args, {
    env: { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, ended: once(child, 'close') };
}

it('prints a report that the worker accepts', async () => {
  const { child, ended } = start(['probe', '--root', folder]);
  const printed: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));

  expect(await ended).toEqual([0, null]);
  const report = BuilderReport.parse(JSON.parse(Buffer.concat(printed).toString()));
  expect(report.builder).toBe('mount-free');
});

it('serves until it gets a signal to end', async () => {
  const socket = join(folder, 'builder.sock');
  const config = join(folder, 'buildkitd.toml');
  await writeFile(config, '');
  const { child, ended } = start([
    ...['serve', '--config', config, '--root', join(folder, 'root'), '--addr', `unix://${socket}`],
  ]);
  await once(child.stderr, 'data');

  expect(await speaksHttp2(socket)).toBe(true);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
