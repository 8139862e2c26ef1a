import { describe, expect, it } from 'vitest';
import { compareStructure, STRUCTURE_LIMITS } from '../../../lib/image/compare-structure.ts';
import { digestOf } from '../../../lib/image/digest.ts';
import { aLayer, partsOf, patchedJson, SOURCE_REFERENCE, sourceJson } from './image-samples.ts';

type SourceJson = ReturnType<typeof sourceJson>;
type PatchedJson = ReturnType<typeof patchedJson>;

interface Changes {
  readonly source?: (json: SourceJson) => unknown;
  readonly patched?: (json: PatchedJson) => unknown;
}

/** Compares the samples after these changes to their plain JSON. */
function compare({ source, patched }: Changes = {}) {
  const [before, after] = [sourceJson(), patchedJson()];
  source?.(before);
  patched?.(after);
  return compareStructure({
    source: partsOf(before),
    patched: partsOf(after),
    sourceReference: SOURCE_REFERENCE,
  });
}

const FOREIGN = { mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip' };

function assign(target: object, changes: Readonly<Record<string, unknown>>): void {
  Object.assign(target, changes);
}

describe('a patch as Copa makes it is accepted', () => {
  it('with the layers that it added', () => {
    const verdict = compare();

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
      what: 'and labels were absent or null before',
      source: ({ config }) => assign(config.config, { Labels: null }),
      patched: ({ config }) => assign(config.config, { Labels: null }),
    },
  ];
  it.each(accepted)('$what', (changes) => {
    expect(compare(changes)).toMatchObject({ accepted: true });
  });
});

describe('anything else is refused', () => {
  const refused: readonly (Changes & { readonly what: string; readonly reason: string })[] = [
    {
      what: "a layer of the source's is gone",
      reason: 'layers-changed',
      patched: ({ manifest }) => manifest.layers.shift(),
    },
    {
      what: 'two layers have changed places',
      reason: 'layers-changed',
      patched: ({ manifest }) => manifest.layers.reverse(),
    },
    {
      what: 'a layer was put in between',
      reason: 'layers-changed',
      patched: ({ manifest }) => manifest.layers.splice(1, 0, aLayer('between')),
    },
    {
      what: 'a layer has the same digest and another size',
      reason: 'layers-changed',
      patched: ({ manifest }) => assign(manifest.layers[0] ?? {}, { size: 1 }),
    },
    {
      what: 'the added layer is to be fetched from elsewhere',
      reason: 'layers-changed',
      patched: ({ manifest }) =>
        assign(manifest.layers[2] ?? {}, { urls: ['https://example.org/x'] }),
    },
    {
      what: 'the added layer has an annotation',
      reason: 'layers-changed',
      patched: ({ manifest }) => assign(manifest.layers[2] ?? {}, { annotations: { toc: 'x' } }),
    },
    {
      what: 'a layer of the source is to be fetched from elsewhere',
      reason: 'layers-changed',
      patched: ({ manifest }) =>
        assign(manifest.layers[0] ?? {}, { urls: ['https://example.org/x'] }),
    },
    {
      what: 'no layer was added',
      reason: 'nothing-added',
      patched: ({ manifest, config }) => [manifest.layers.pop(), config.rootfs.diff_ids.pop()],
    },
    {
      what: 'four layers were added',
      reason: 'too-many-layers',
      patched: ({ manifest }) => manifest.layers.push(aLayer('a'), aLayer('b'), aLayer('c')),
    },
    {
      what: 'the manifest became a Docker one',
      reason: 'media-type-changed',
      patched: ({ manifest }) =>
        assign(manifest, { mediaType: 'application/vnd.docker.distribution.manifest.v2+json' }),
    },
    {
      what: 'the config became a Docker one',
      reason: 'media-type-changed',
      patched: ({ manifest }) =>
        assign(manifest.config, { mediaType: 'application/vnd.docker.container.image.v1+json' }),
    },
    {
      what: 'the added layer is a Docker one',
      reason: 'media-type-changed',
      patched: ({ manifest }) =>
        assign(manifest.layers[2] ?? {}, {
          mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
        }),
    },
    {
      what: 'the added layer is no layer',
      reason: 'media-type-changed',
      patched: ({ manifest }) => assign(manifest.layers[2] ?? {}, { mediaType: 'text/html' }),
    },
    {
      what: 'the source is no image',
      reason: 'media-type-changed',
      source: ({ manifest }) => {
        Reflect.deleteProperty(manifest, 'mediaType');
        assign(manifest.config, { mediaType: 'application/vnd.cncf.helm.config.v1+json' });
      },
    },
    {
      what: 'the platform is another',
      reason: 'platform-changed',
      patched: ({ config }) => assign(config, { architecture: 'arm64' }),
    },
    {
      what: 'the variant is gone',
      reason: 'platform-changed',
      patched: ({ config }) => Reflect.deleteProperty(config, 'variant'),
    },
    {
      what: 'the user is another',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.config, { User: '0' }),
    },
    {
      what: 'a setting was added',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.config, { Cmd: ['/bin/sh'] }),
    },
    {
      what: 'a setting was added that differs in case alone',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.config, { entrypoint: ['/bin/sh'] }),
    },
    {
      what: 'the whole config stands there again under another case',
      reason: 'config-changed',
      patched: ({ config }) => assign(config, { Config: { User: '0' } }),
    },
    {
      what: 'a label was added',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.config.Labels, { other: 'x' }),
    },
    {
      what: "a label was added to Copa's",
      reason: 'config-changed',
      patched: ({ config }) => assign(config.config.labels, { team: 'x' }),
    },
    {
      what: 'BaseImage names another image',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.config.labels, { BaseImage: 'docker.io/evil:1' }),
    },
    {
      what: 'the time is another',
      reason: 'config-changed',
      patched: ({ config }) => assign(config, { created: '2026-11-23T02:00:00Z' }),
    },
    {
      what: 'the time is gone',
      reason: 'config-changed',
      patched: ({ config }) => Reflect.deleteProperty(config, 'created'),
    },
    {
      what: 'a diff id of the source is another',
      reason: 'config-changed',
      patched: ({ config }) => config.rootfs.diff_ids.reverse(),
    },
    {
      what: 'there are more diff ids than layers',
      reason: 'config-changed',
      patched: ({ config }) => config.rootfs.diff_ids.push(digestOf('more')),
    },
    {
      what: 'rootfs is of another type',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.rootfs, { type: 'other' }),
    },
    {
      what: 'rootfs has a field more',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.rootfs, { extra: 1 }),
    },
    {
      what: 'a history entry is gone',
      reason: 'config-changed',
      patched: ({ config }) => config.history.shift(),
    },
    {
      what: 'a history entry has another time',
      reason: 'config-changed',
      patched: ({ config }) =>
        assign(config.history[0] ?? {}, { created: '2024-05-01T09:00:00.121Z' }),
    },
    {
      what: 'a history entry has a field more',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.history[0] ?? {}, { note: 'x' }),
    },
    {
      what: 'the history has more new entries than the image has layers',
      reason: 'config-changed',
      patched: ({ config }) =>
        config.history.push(...Array.from({ length: 3 }, () => ({ created: '', created_by: 'x' }))),
    },
    {
      what: 'an annotation of the source is another',
      reason: 'manifest-changed',
      patched: ({ manifest }) =>
        assign(manifest.annotations, { 'org.opencontainers.image.source': 'https://evil' }),
    },
    {
      what: 'an annotation was added that is neither ours nor Copa’s',
      reason: 'manifest-changed',
      patched: ({ manifest }) => assign(manifest.annotations, { other: 'x' }),
    },
    {
      what: 'the manifest refers to a subject',
      reason: 'manifest-changed',
      patched: ({ manifest }) => assign(manifest, { subject: aLayer('x') }),
    },
    {
      what: "the config's descriptor has a field more",
      reason: 'manifest-changed',
      patched: ({ manifest }) => assign(manifest.config, { data: 'e30=' }),
    },
  ];
  it.each(refused)('$what: $reason', ({ reason, ...changes }) => {
    expect(compare(changes)).toMatchObject({ accepted: false, reason });
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

    expect(verdict).toMatchObject(accepted ? { accepted } : { accepted, reason: 'grew-too-much' });
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
