import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import {
  compareStructure,
  STRUCTURE_LIMITS,
} from '../../../../lib/image/structure/compare-structure.ts';
import { assign, type Changes, compareChanged } from './image-changes.ts';
import { aLayer, partsOf, patchedJson, sourceJson } from './image-samples.ts';

const FOREIGN = { mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip' };

describe('a patch as Copa makes it is accepted', () => {
  it('with the layers that it added', () => {
    const verdict = compareChanged();

    expect(verdict).toEqual({ accepted: true, addedLayers: [aLayer('patch', 6 * 1024 * 1024)] });
  });

  const accepted: readonly (Changes & { readonly what: string })[] = [
    {
      what: 'and our annotations are on it',
      patched: ({ manifest }) => {
        const { annotations } = manifest;
        assign(annotations, {
          'io.patchwright.source.digest': digestOf('source'),
          'org.opencontainers.image.base.name': 'reg.azurecr.io/app:1',
          'org.opencontainers.image.version': '1.4',
        });
      },
    },
    {
      what: 'and three layers were added',
      patched: ({ manifest, config }) => {
        manifest.layers.push(aLayer('second'), aLayer('third'));
        config.rootfs.diff_ids.push(digestOf('second-tar'), digestOf('third-tar'));
      },
    },
    {
      what: 'and the source had no time, so BuildKit added one',
      source: ({ config }) => Reflect.deleteProperty(config, 'created'),
    },
    {
      what: 'and the history lacked times, which BuildKit fills in',
      source: ({ config }) => config.history.map((h) => Reflect.deleteProperty(h, 'created')),
    },
    {
      what: 'and the history had times in another form',
      source: ({ config }) =>
        assign(config.history[0] ?? {}, { created: '2024-05-01T09:00:00.120000000+00:00' }),
    },
    {
      what: 'and the history had empty fields, which BuildKit drops',
      source: ({ config }) => assign(config.history[0] ?? {}, { author: '', empty_layer: false }),
    },
    {
      what: 'and the source had no history, so BuildKit wrote an entry for each layer',
      source: ({ config }) => Reflect.deleteProperty(config, 'history'),
      patched: ({ config }) => config.history.splice(0, 1),
    },
    {
      what: 'and a layer of the source is of a kind that registries do not hold',
      source: ({ manifest }) => assign(manifest.layers[0] ?? {}, FOREIGN),
      patched: ({ manifest }) => assign(manifest.layers[0] ?? {}, FOREIGN),
    },
    {
      what: 'and it says its media type, which the source left out',
      source: ({ manifest }) => Reflect.deleteProperty(manifest, 'mediaType'),
    },
    {
      what: 'and a layer of the source lost an annotation',
      source: ({ manifest }) =>
        assign(manifest.layers[0] ?? {}, { annotations: { toc: 'x', note: 'y' } }),
      patched: ({ manifest }) => assign(manifest.layers[0] ?? {}, { annotations: { toc: 'x' } }),
    },
    {
      what: 'and labels were absent or null before',
      source: ({ config }) => assign(config.config, { Labels: null }),
      patched: ({ config }) => assign(config.config, { Labels: null }),
    },
  ];
  it.each(accepted)('$what', (changes) => {
    expect(compareChanged(changes)).toMatchObject({ accepted: true });
  });
});

describe('growth', () => {
  const mebibyte = 1024 * 1024;
  const limits = { ...STRUCTURE_LIMITS, maxAddedBytes: 500 * mebibyte, maxAddedRatio: 2 };

  function compareSizes(sourceSize: number, addedSize: number) {
    const [source, patched] = [sourceJson(), patchedJson()];
    source.manifest.layers = [aLayer('base', sourceSize)];
    patched.manifest.layers = [aLayer('base', sourceSize), aLayer('patch', addedSize)];
    source.config.rootfs.diff_ids.shift();
    patched.config.rootfs.diff_ids.shift();
    return compareStructure({ source: partsOf(source), patched: partsOf(patched), limits });
  }

  it.each([
    { what: 'up to the allowed bytes', source: 400, added: 500, accepted: true },
    { what: 'past the allowed bytes', source: 400, added: 501, accepted: false },
    { what: 'up to the allowed share', source: 100, added: 200, accepted: true },
    { what: 'past the allowed share', source: 100, added: 201, accepted: false },
    { what: 'of a tiny image by any share', source: 3, added: 64, accepted: true },
    { what: 'of a tiny image past that', source: 3, added: 65, accepted: false },
  ])('$what: $accepted', ({ source, added, accepted }) => {
    const verdict = compareSizes(source * mebibyte, added * mebibyte);

    const detail = expect.stringMatching(/bytes/);
    const refused = { accepted, reason: 'grew-too-much', detail };
    expect(verdict).toMatchObject(accepted ? { accepted } : refused);
  });
});

it('accepts a Docker schema 2 image, whose manifest has Copa’s annotations alone', () => {
  const [source, patched] = [sourceJson(), patchedJson()];
  const layer = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
  for (const { manifest } of [source, patched]) {
    assign(manifest, { mediaType: 'application/vnd.docker.distribution.manifest.v2+json' });
    assign(manifest.config, { mediaType: 'application/vnd.docker.container.image.v1+json' });
    for (const descriptor of manifest.layers) assign(descriptor, { mediaType: layer });
  }

  const verdict = compareStructure({ source: partsOf(source), patched: partsOf(patched) });

  expect(verdict).toMatchObject({ accepted: true });
});

it('takes any BaseImage where the reference is not known', () => {
  const verdict = compareStructure({
    source: partsOf(sourceJson()),
    patched: partsOf(patchedJson()),
  });

  expect(verdict).toMatchObject({ accepted: true });
});

it('refuses a BaseImage that is gone, even where the reference is not known', () => {
  const source = sourceJson();
  assign(source.config.config, { labels: { BaseImage: 'reg.azurecr.io/older' } });
  const patched = patchedJson();
  assign(patched.config.config, { labels: {} });

  const verdict = compareStructure({ source: partsOf(source), patched: partsOf(patched) });

  expect(verdict).toMatchObject({ accepted: false, reason: 'config-changed' });
});
