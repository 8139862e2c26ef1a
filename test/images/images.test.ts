import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Annotation } from '../../lib/image/annotations.ts';
import { digestOf } from '../../lib/image/digest.ts';
import { takeInventory } from '../stand-ins/packages/operating-system.ts';
import { pullImage } from '../stand-ins/registry/pulled-image.ts';
import { debianImage, EARLY_2024 } from './debian/debian-image.ts';
import { type DemoImage, demoImages } from './demo-images.ts';
import { layoutSource, makeLayout, readLayout, writeLayout } from './oci-layout.ts';

const REGISTRY = 'localhost:5000';

describe('a layout', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patchwright-layout-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is read from a folder exactly as written', async () => {
    const image = await debianImage({ app: 'api', curl: false });
    const layout = makeLayout([{ content: image, tags: ['1.4', '1.4.2'] }]);

    await writeLayout(layout, folder);

    const back = await readLayout(folder);
    expect(back.entries).toEqual(layout.entries);
    expect(new Set(back.blobs.keys())).toEqual(new Set(layout.blobs.keys()));
    expect(JSON.parse(await readFile(join(folder, 'oci-layout'), 'utf8'))).toEqual({
      imageLayoutVersion: '1.0.0',
    });
  });

  it('is refused if a blob does not match its digest', async () => {
    const image = await debianImage({ app: 'api', curl: false });
    await writeLayout(makeLayout([{ content: image, tags: ['1.4'] }]), folder);
    const name = image.descriptor.digest.slice('sha256:'.length);
    const path = join(folder, 'blobs', 'sha256', name);

    await writeFile(path, `${await readFile(path, 'utf8')}\n`);

    await expect(readLayout(folder)).rejects.toThrow('does not match its name');
  });
});

describe('the demo images', () => {
  let images: readonly DemoImage[];
  beforeAll(async () => {
    images = await demoImages({ registry: REGISTRY });
  });

  it('have the same digests every time', async () => {
    const again = await demoImages({ registry: REGISTRY });

    expect(again.map(({ layout }) => layout.entries)).toEqual(
      images.map(({ layout }) => layout.entries),
    );
  });

  it('have all blobs of their manifests, with matching digests', async () => {
    for (const { layout } of images) {
      for (const [digest, bytes] of layout.blobs) {
        expect(digestOf(bytes)).toBe(digest);
      }
      for (const { descriptor } of layout.entries) {
        expect(layout.blobs.get(descriptor.digest)?.length).toBe(descriptor.size);
      }
    }
  });

  it('have an expected outcome for each tag', () => {
    for (const { layout, expected } of images) {
      const tags = layout.entries.flatMap(({ tag }) => tag ?? []);
      expect(expected.map(({ tag }) => tag).sort()).toEqual(tags.sort());
    }
  });

  it('include a patch of a source that is still tagged, and one of a source that is not', async () => {
    const bases = images.flatMap(({ layout }) =>
      layout.entries.flatMap(({ tag, descriptor }) => {
        const json = JSON.parse(Buffer.from(layout.blobs.get(descriptor.digest) ?? '').toString());
        const base = json.annotations?.[Annotation.sourceDigest];
        const tagOfBase = layout.entries.find((entry) => entry.descriptor.digest === base)?.tag;
        return base === undefined ? [] : [[tag, tagOfBase]];
      }),
    );

    expect(bases).toEqual([
      ['5.2-1', '5.2'],
      ['9.0-1', undefined],
    ]);
  });
});

it('builds a Debian image with a package database that lists its files', async () => {
  const image = await debianImage({ app: 'api', older: EARLY_2024 });

  const source = layoutSource(makeLayout([{ content: image, tags: ['1'] }]));
  const { files, layers } = await pullImage(source, '1');

  const { os, database } = takeInventory(files);
  expect(os).toEqual({ family: 'debian', name: '12.5' });
  expect(layers).toHaveLength(3);
  expect(database?.packages.length).toBeGreaterThan(90);
  const libssl = database?.packages.find(({ name }) => name === 'libssl3');
  expect(libssl).toMatchObject({ version: '3.0.11-1~deb12u2', source: { name: 'openssl' } });
  for (const path of libssl?.files ?? ['none']) {
    expect(files.get(path.slice(1))?.type).toBe('file');
  }
});
