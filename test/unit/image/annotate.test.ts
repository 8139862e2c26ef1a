import { expect, it } from 'vitest';
import { annotateManifest } from '../../../lib/image/annotate.ts';
import { Annotation } from '../../../lib/image/annotations.ts';
import { digestOf } from '../../../lib/image/digest.ts';
import { ImageManifest } from '../../../lib/image/manifest.ts';
import { patchedJson, sourceJson } from './structure/image-samples.ts';

const CONFIG = { digest: digestOf('config'), size: 6 };
const OURS = { [Annotation.sourceRepository]: 'app', [Annotation.run]: 'run-1' };

function annotate(staged: unknown, source: unknown = sourceJson().manifest) {
  const bytes = annotateManifest({
    staged: new TextEncoder().encode(JSON.stringify(staged, undefined, 2)),
    source: ImageManifest.parse(source),
    config: CONFIG,
    annotations: OURS,
  });
  return { bytes, manifest: JSON.parse(new TextDecoder().decode(bytes)) };
}

it('adds our annotations, keeps Copa’s and restores the source’s version annotation', () => {
  const { manifest } = annotate(patchedJson().manifest);

  expect(manifest.annotations).toEqual({
    ...patchedJson().manifest.annotations,
    'org.opencontainers.image.version': '1.4',
    ...OURS,
  });
});

it('removes the version annotation if the source has none', () => {
  const { annotations: _, ...source } = sourceJson().manifest;

  const { manifest } = annotate(patchedJson().manifest, source);

  expect(manifest.annotations).not.toHaveProperty(['org.opencontainers.image.version']);
});

it('removes annotations of ours that the patch group forged', () => {
  const staged = patchedJson().manifest;
  Object.assign(staged.annotations, { 'io.patchwright.policy': 'forged' });

  const { manifest } = annotate(staged);

  expect(manifest.annotations).not.toHaveProperty(['io.patchwright.policy']);
});

it('keeps every other field of the manifest, even unknown ones', () => {
  const staged = { ...patchedJson().manifest, extra: { b: 1, a: [2] } };

  const { manifest } = annotate(staged);

  const { annotations: _, ...others } = manifest;
  const { annotations: __, ...expected } = staged;
  expect(others).toEqual({ ...expected, config: { ...expected.config, ...CONFIG } });
});

it('keeps the base on which the source was built, whatever the patch says', () => {
  const base = {
    'org.opencontainers.image.base.name': 'docker.io/library/debian:12',
    'org.opencontainers.image.base.digest': digestOf('debian'),
  };
  const source = sourceJson().manifest;
  Object.assign(source.annotations, base);
  const staged = patchedJson().manifest;
  Object.assign(staged.annotations, { 'org.opencontainers.image.base.name': 'evil.example/x' });

  expect(annotate(staged, source).manifest.annotations).toMatchObject(base);
  expect(annotate(staged).manifest.annotations).not.toHaveProperty([
    'org.opencontainers.image.base.name',
  ]);
});

it('annotates a manifest that had no annotations', () => {
  const { annotations: _, ...staged } = patchedJson().manifest;

  const { manifest } = annotate(staged);

  expect(manifest.annotations).toMatchObject(OURS);
});

it('returns the same bytes each time, even for its own output', () => {
  const first = annotate(patchedJson().manifest);

  const second = annotate(patchedJson().manifest);
  const again = annotate(first.manifest);

  expect(second.bytes).toEqual(first.bytes);
  expect(again.bytes).toEqual(first.bytes);
});

it('returns the same bytes for any order of the annotations', () => {
  const staged = patchedJson().manifest;
  const annotations = Object.fromEntries(Object.entries(staged.annotations).toReversed());

  const turned = annotate({ ...staged, annotations });

  expect(turned.bytes).toEqual(annotate(staged).bytes);
});

it('throws if the staged content is not an image manifest', () => {
  expect(() => annotate({ schemaVersion: 2, manifests: [] })).toThrow();
  expect(() => annotate('text')).toThrow();
});
