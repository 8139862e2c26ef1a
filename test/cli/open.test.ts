import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../world/seed/job-world.ts';

const PROGRAM = new URL('../../dist/cli.cjs', import.meta.url).pathname;
const KEY = 'very-secret-key';
const ADDRESS = 'https://patch-1.azurewebsites.net/api/dashboard#/images/team/api:1.4';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwright-open-'));
  // Stands in for the desktop's program: writes down how it was called.
  const program = join(folder, 'xdg-open');
  await writeFile(
    program,
    `#!/bin/sh\n{ echo "$#: $1"; env; } > '${folder}/part' && mv '${folder}/part' '${folder}/call'\n`,
  );
  await chmod(program, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const environment = () => ({
  PATH: `${folder}:${process.env.PATH}`,
  DISPLAY: ':99',
  PATCHWRIGHT_APP: 'https://patch-1.azurewebsites.net',
  PATCHWRIGHT_FUNCTION_KEY: KEY,
});

it('the built program prints the address if its output is no terminal', async () => {
  const args = [PROGRAM, 'open', 'team/api:1.4'];

  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    env: environment(),
  });

  expect({ stdout, stderr }).toEqual({ stdout: `${ADDRESS}\n`, stderr: '' });
});

it('the built program opens the address in a terminal, and gives the browser no key', async ({
  skip,
}) => {
  if (process.platform !== 'linux') skip('only Linux has this "script", which makes a terminal');
  const line = `'${process.execPath}' '${PROGRAM}' open team/api:1.4`;

  const { stdout } = await promisify(execFile)('script', ['-qec', line, '/dev/null'], {
    env: environment(),
  });

  const call = await waitFor('the call of xdg-open', () =>
    readFile(join(folder, 'call'), 'utf8').catch(() => undefined),
  );
  expect(stdout.replaceAll('\r', '')).toBe(`Opening in the browser:\n${ADDRESS}\n`);
  expect(call.split('\n')[0]).toBe(`1: ${ADDRESS}`);
  expect(call).not.toContain(KEY);
});
