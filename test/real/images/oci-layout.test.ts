import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeFiles } from './debian-image.ts';
import { tarOfWhiteouts } from './layers.ts';
import { addJson, addLayer, finishLayout, ociMediaTypes, startLayout } from './oci-layout.ts';

const modified = new Date('2026-01-02T03:04:05Z');

describe('an image layout', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'patchwright-layout-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('names each blob by the digest of its content', async () => {
    await startLayout(folder);
    await addLayer(folder, tarOfWhiteouts(['/etc/apt/sources.list'], modified));
    await addJson(folder, ociMediaTypes.config, { os: 'linux' });

    for (const name of await readdir(join(folder, 'blobs/sha256'))) {
      const content = await readFile(join(folder, 'blobs/sha256', name));
      expect(createHash('sha256').update(content).digest('hex')).toBe(name);
    }
  });

  it('records the digest of a layer’s unpacked bytes too', async () => {
    await startLayout(folder);

    const layer = await addLayer(folder, tarOfWhiteouts(['/etc/apt/sources.list'], modified));

    const packed = await readFile(join(folder, 'blobs', layer.descriptor.digest.replace(':', '/')));
    const plain = gunzipSync(packed);
    expect(layer.diffId).toBe(`sha256:${createHash('sha256').update(plain).digest('hex')}`);
    expect(layer.descriptor.size).toBe(packed.length);
    expect(plain.toString('latin1')).toContain('etc/apt/.wh.sources.list');
  });

  it('is the same for the same content', async () => {
    await startLayout(folder);

    const first = await addLayer(folder, tarOfWhiteouts(['/a/b'], modified));
    const second = await addLayer(folder, tarOfWhiteouts(['/a/b'], modified));

    expect(second).toEqual(first);
  });

  it('keeps the layers below byte for byte if an image removes files', async () => {
    const [base, derived] = [join(folder, 'base'), join(folder, 'derived')];
    await startLayout(base);
    const layer = await addLayer(base, tarOfWhiteouts(['/x'], modified));
    const config = await addJson(base, ociMediaTypes.config, {
      rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    });
    const manifest = await addJson(base, ociMediaTypes.manifest, {
      config,
      layers: [layer.descriptor],
    });
    const image = await finishLayout(base, '12', manifest);

    const changed = await removeFiles(image, ['/etc/apt/sources.list'], {
      folder: derived,
      tag: '12',
      title: 'without sources',
      created: modified,
    });

    const written = JSON.parse(
      await readFile(join(derived, 'blobs', changed.digest.replace(':', '/')), 'utf8'),
    );
    expect(written.layers).toHaveLength(2);
    expect(written.layers[0]).toEqual(layer.descriptor);
  });
});
