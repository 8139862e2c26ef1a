import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mountsBelow } from './leftovers.ts';
import { runProcess } from './process/run-process.ts';
import { removeFolder } from './remove-folder.ts';

let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'patchwright-remove-'));
  folder = join(parent, 'root');
  await mkdir(folder);
});

afterEach(() => rm(parent, { recursive: true }));

it('deletes a folder in which a killed program left mounts, but not the mounted files', async () => {
  const [source, proc, inner] = [join(parent, 'source'), join(folder, 'proc'), 'inner'];
  await mkdir(join(source, inner), { recursive: true });
  await writeFile(join(source, 'kept'), '');
  await mkdir(proc);
  await runProcess({ command: 'mount', args: ['--bind', source, proc], timeoutMs: 10_000 });
  const nested = join(proc, inner);
  await runProcess({ command: 'mount', args: ['--bind', source, nested], timeoutMs: 10_000 });

  await removeFolder(folder);

  expect(await readdir(parent)).toEqual(['source']);
  expect((await readdir(source)).sort()).toEqual([inner, 'kept']);
  expect(await mountsBelow(parent)).toEqual([]);
});

it('accepts a folder that does not exist', async () => {
  await removeFolder(join(folder, 'missing'));

  expect(await readdir(parent)).toEqual(['root']);
});
