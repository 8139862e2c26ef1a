import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { MediaType } from '../../../../lib/image/manifest.ts';
import {
  compareStructure,
  STRUCTURE_LIMITS,
} from '../../../../lib/image/structure/compare-structure.ts';
import { assign, type Changes, compareChanged } from './image-changes.ts';
import { aLayer, partsOf, patchedJson, sourceJson } from './image-samples.ts';

const FOREIGN = { mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip' };

describe('a patch of the form that Copa produces is accepted', () => {
  it('and its added layers are returned', () => {
    const verdict = compareChanged();

    expect(verdict).toEqual({ accepted: true, addedLayers: [aLayer('patch', 6 * 1024 * 1024)] });
  });

  const accepted: readonly (Changes & { readonly what: string })[] = [
    {
      what: 'if it has our annotations',
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
      what: "if the source's config had the other format's media type and BuildKit corrected it",
      source: ({ manifest }) => assign(manifest.config, { mediaType: MediaType.dockerConfig }),
    },
    {
      what: 'if three layers were added',
      patched: ({ manifest, config }) => {
        manifest.layers.push(aLayer('second'), aLayer('third'));
        config.rootfs.diff_ids.push(digestOf('second-tar'), digestOf('third-tar'));
      },
    },
    {
      what: 'if the source had no time and BuildKit added one',
      source: ({ config }) => Reflect.deleteProperty(config, 'created'),
    },
    {
      what: 'if the history lacked times and BuildKit added them',
      source: ({ config }) => config.history.map((h) => Reflect.deleteProperty(h, 'created')),
    },
    {
      what: 'if the history had times in another form',
      source: ({ config }) =>
        assign(config.history[0] ?? {}, { created: '2024-05-01T09:00:00.120000000+00:00' }),
    },
    {
      what: 'if the history had empty fields and BuildKit dropped them',
      source: ({ config }) => assign(config.history[0] ?? {}, { author: '', empty_layer: false }),
    },
    {
      what: 'if the source had no history and BuildKit wrote an entry for each layer',
      source: ({ config }) => Reflect.deleteProperty(config, 'history'),
      patched: ({ config }) => config.history.splice(0, 1),
    },
    {
      what: 'if a layer of the source has a media type that registries do not store',
      source: ({ manifest }) => assign(manifest.layers[0] ?? {}, FOREIGN),
      patched: ({ manifest }) => assign(manifest.layers[0] ?? {}, FOREIGN),
    },
    {
      what: 'if it has a media type and the source has none',
      source: ({ manifest }) => Reflect.deleteProperty(manifest, 'mediaType'),
    },
    {
      what: 'if a layer of the source lost an annotation',
      source: ({ manifest }) =>
        assign(manifest.layers[0] ?? {}, { annotations: { toc: 'x', note: 'y' } }),
      patched: ({ manifest }) => assign(manifest.layers[0] ?? {}, { annotations: { toc: 'x' } }),
    },
    {
      what: 'if labels were null before',
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
    { what: 'of a tiny image by less than 64 MiB', source: 3, added: 64, accepted: true },
    { what: 'of a tiny image by more than 64 MiB', source: 3, added: 65, accepted: false },
  ])('$what is accepted: $accepted', ({ source, added, accepted }) => {
    const verdict = compareSizes(source * mebibyte, added * mebibyte);

    const detail = expect.stringMatching(/bytes/);
    const refused = { accepted, reason: 'grew-too-much', detail };
    expect(verdict).toMatchObject(accepted ? { accepted } : refused);
  });
});

it('accepts a Docker schema 2 image with annotations in its manifest', () => {
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

it('accepts any BaseImage if the source reference is unknown', () => {
  const verdict = compareStructure({
    source: partsOf(sourceJson()),
    patched: partsOf(patchedJson()),
  });

  expect(verdict).toMatchObject({ accepted: true });
});

it('accepts a patch without the BaseImage of its source', () => {
  const source = sourceJson();
  assign(source.config.config, { labels: { BaseImage: 'reg.azurecr.io/older' } });
  const patched = patchedJson();
  assign(patched.config.config, { labels: {} });

  const verdict = compareStructure({ source: partsOf(source), patched: partsOf(patched) });

  expect(verdict).toMatchObject({ accepted: true });
});
