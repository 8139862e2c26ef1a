import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundledPackages, licenseNotices } from '../../scripts/package/license-notices.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'patchwright-notices-'));
});

afterEach(() => rm(root, { recursive: true }));

async function install(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(root, folder), { recursive: true });
  const name = folder.replace(/.*node_modules\//, '');
  const manifest = JSON.stringify({ name, version: '1.2.3', license: 'MIT' });
  await writeFile(join(root, folder, 'package.json'), manifest);
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(root, folder, file), text);
  }
}

it('finds the packages of a bundle once each, also nested and scoped ones', () => {
  const inputs = [
    'lib/app.ts',
    'node_modules/zod/index.js',
    'node_modules/zod/v4/core.js',
    'node_modules/@azure/identity/dist/index.js',
    'node_modules/open/node_modules/is-wsl/index.js',
  ];

  expect(bundledPackages(inputs)).toEqual([
    'node_modules/@azure/identity',
    'node_modules/open/node_modules/is-wsl',
    'node_modules/zod',
  ]);
});

it('names each package with its version, and repeats the texts of its licenses', async () => {
  await install('node_modules/one', { 'LICENSE.md': 'One may.\n', NOTICE: 'Made by one.' });
  await install('node_modules/@scope/two', { 'license.txt': 'Two may.', 'license.js': 'code' });

  const text = licenseNotices(root, ['node_modules/one', 'node_modules/@scope/two']);

  expect(text.split(/-{80}\n\n/)).toEqual([
    '@scope/two 1.2.3 (MIT)\n\nTwo may.\n\n',
    'one 1.2.3 (MIT)\n\nOne may.\n\nMade by one.\n',
  ]);
});

it('says that a package has no text of its license', async () => {
  await install('node_modules/bare', { 'index.js': '' });

  expect(licenseNotices(root, ['node_modules/bare'])).toBe(
    'bare 1.2.3 (MIT)\n\nThe package has no file with its license.\n',
  );
});
