import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentProgress } from '../real/progress.ts';
import { fetchImage, nameImage, nameOfReference } from './own-image.ts';

let scratch = '';
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'patchwright-own-'));
});
afterEach(() => rm(scratch, { recursive: true }));

async function find(text: string) {
  const { signal } = new AbortController();
  return fetchImage(await nameImage(text), {
    skopeo: '/nowhere/skopeo',
    scratch,
    progress: silentProgress,
    signal,
  });
}

async function layout(name: string): Promise<string> {
  const folder = join(scratch, name);
  await mkdir(folder);
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return folder;
}

it('uses a layout folder under its own name', async () => {
  const folder = await layout('My Image');

  const image = await find(folder);

  expect(image).toEqual({
    folder,
    reference: undefined,
    repository: 'own/my-image',
    tag: 'latest',
  });
});

it('uses one image of a layout by its name', async () => {
  const folder = await layout('images');

  const image = await find(`${folder}:1.2`);

  expect(image).toEqual({ folder, reference: '1.2', repository: 'own/images', tag: '1.2' });
});

it('says what a folder that is not a layout lacks', async () => {
  await expect(find(scratch)).rejects.toThrow('it has no file oci-layout');
});

it('says that a misspelled folder does not exist, without asking a registry', async () => {
  await expect(find('./no-such-folder')).rejects.toThrow('there is no such folder');
});

it('says that an image could not be copied', async () => {
  await expect(find('registry.example.com/team/api:1.4')).rejects.toThrow(
    /^skopeo could not copy registry\.example\.com\/team\/api:1\.4: /,
  );
});

it.each([
  ['registry.example.com/team/api:1.4', 'own/team/api', '1.4'],
  ['localhost:5000/api:v1', 'own/api', 'v1'],
])('reads the reference %s', (text, repository, tag) => {
  expect(nameOfReference(text)).toEqual({ repository, tag });
});

it.each([['team/api:1.4'], ['registry.example.com/team/api'], ['registry.example.com/Api:1']])(
  'refuses %s as a reference',
  (text) => {
    expect(nameOfReference(text)).toBeUndefined();
  },
);
