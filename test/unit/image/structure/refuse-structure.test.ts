import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { assign, type Changes, compareChanged } from './image-changes.ts';
import { aLayer } from './image-samples.ts';

function noImage(manifest: { readonly config: object }): void {
  Reflect.deleteProperty(manifest, 'mediaType');
  assign(manifest.config, { mediaType: 'application/vnd.cncf.helm.config.v1+json' });
}

describe('a patch is refused with its reason', () => {
  const refused: readonly (Changes & { readonly what: string; readonly reason: string })[] = [
    {
      what: "the source's first layer is missing",
      reason: 'layers-changed',
      patched: ({ manifest }) => manifest.layers.shift(),
    },
    {
      what: "the source's last layer is missing",
      reason: 'layers-changed',
      patched: ({ manifest }) => manifest.layers.splice(1),
    },
    {
      what: 'two layers were swapped',
      reason: 'layers-changed',
      patched: ({ manifest }) => manifest.layers.reverse(),
    },
    {
      what: 'a layer was inserted in between',
      reason: 'layers-changed',
      patched: ({ manifest }) => manifest.layers.splice(1, 0, aLayer('between')),
    },
    {
      what: 'a layer has the same digest but another size',
      reason: 'layers-changed',
      patched: ({ manifest }) => assign(manifest.layers[0] ?? {}, { size: 1 }),
    },
    {
      what: 'the added layer has a URL',
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
      what: 'a layer of the source has a URL',
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
      what: 'the added layer has the media type of no layer',
      reason: 'media-type-changed',
      patched: ({ manifest }) => assign(manifest.layers[2] ?? {}, { mediaType: 'text/html' }),
    },
    {
      what: 'the source is not an image',
      reason: 'media-type-changed',
      source: ({ manifest }) => noImage(manifest),
    },
    {
      what: 'neither is an image',
      reason: 'media-type-changed',
      source: ({ manifest }) => noImage(manifest),
      patched: ({ manifest }) => {
        noImage(manifest);
        assign(manifest.layers[2] ?? {}, { mediaType: 'text/html' });
      },
    },
    {
      what: 'the operating system changed',
      reason: 'platform-changed',
      patched: ({ config }) => assign(config, { os: 'windows' }),
    },
    {
      what: 'a version of the operating system was added',
      reason: 'platform-changed',
      patched: ({ config }) => assign(config, { 'os.version': '10.0' }),
    },
    {
      what: 'a feature of the operating system was added',
      reason: 'platform-changed',
      patched: ({ config }) => assign(config, { 'os.features': ['win32k'] }),
    },
    {
      what: 'the architecture changed',
      reason: 'platform-changed',
      patched: ({ config }) => assign(config, { architecture: 'arm64' }),
    },
    {
      what: 'the variant is missing',
      reason: 'platform-changed',
      patched: ({ config }) => Reflect.deleteProperty(config, 'variant'),
    },
    {
      what: 'the user changed',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.config, { User: '0' }),
    },
    {
      what: 'a setting was added',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.config, { Cmd: ['/bin/sh'] }),
    },
    {
      what: 'a setting was added that differs only in case',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.config, { entrypoint: ['/bin/sh'] }),
    },
    {
      what: 'a second config was added that differs only in case',
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
      what: 'the creation time changed',
      reason: 'config-changed',
      patched: ({ config }) => assign(config, { created: '2026-11-23T02:00:00Z' }),
    },
    {
      what: 'the creation time is missing',
      reason: 'config-changed',
      patched: ({ config }) => Reflect.deleteProperty(config, 'created'),
    },
    {
      what: 'a diff id of the source changed',
      reason: 'config-changed',
      patched: ({ config }) => config.rootfs.diff_ids.reverse(),
    },
    {
      what: 'there are more diff ids than layers',
      reason: 'config-changed',
      patched: ({ config }) => config.rootfs.diff_ids.push(digestOf('more')),
    },
    {
      what: 'rootfs has another type',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.rootfs, { type: 'other' }),
    },
    {
      what: 'rootfs has another field',
      reason: 'config-changed',
      patched: ({ config }) => assign(config.rootfs, { extra: 1 }),
    },
    {
      what: 'a history entry is missing',
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
      what: 'a history entry has another field',
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
      what: 'an annotation of the source changed',
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
      what: "the config's descriptor has another field",
      reason: 'manifest-changed',
      patched: ({ manifest }) => assign(manifest.config, { data: 'e30=' }),
    },
  ];
  it.each(refused)('$what: $reason', ({ reason, ...changes }) => {
    expect(compareChanged(changes)).toEqual({
      accepted: false,
      reason,
      detail: expect.stringMatching(/\S/),
    });
  });

  it('names every field of the platform that changed', () => {
    const patched: Changes['patched'] = ({ config }) =>
      assign(config, { os: 'windows', architecture: 'arm64' });

    expect(compareChanged({ patched })).toMatchObject({ detail: 'os, architecture' });
  });
});
