import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCompiler } from './find-compiler.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'patchwright-compiler-'));
  await writeFile(join(folder, 'bicep'), '');
  await chmod(join(folder, 'bicep'), 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

describe('findCompiler', () => {
  it('returns the compiler of PATCHWRIGHT_BICEP, even if another is on PATH', () => {
    const named = process.execPath;

    expect(findCompiler({ PATCHWRIGHT_BICEP: named, PATH: folder })).toEqual({
      found: true,
      path: named,
    });
  });

  it('returns bicep on PATH if PATCHWRIGHT_BICEP is not set', () => {
    expect(findCompiler({ PATH: `/nowhere:${folder}` })).toEqual({
      found: true,
      path: join(folder, 'bicep'),
    });
  });

  it.each([
    [{ PATH: '/nowhere' }, 'neither PATCHWRIGHT_BICEP nor bicep on PATH'],
    [{ PATCHWRIGHT_BICEP: '/nowhere/bicep' }, 'is /nowhere/bicep, which cannot be executed'],
  ])('finds none and gives a reason that names Bicep: %j', (environment, why) => {
    const found = findCompiler(environment);

    expect(found.found ? '' : found.why).toContain(why);
    expect(found.found ? '' : `not run: ${found.why}`).toMatch(/^not run: .*Bicep/i);
  });
});
