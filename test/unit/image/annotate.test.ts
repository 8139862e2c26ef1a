import { expect, it } from 'vitest';
import { annotateManifest } from '../../../lib/image/annotate.ts';
import { Annotation } from '../../../lib/image/annotations.ts';
import { ImageManifest } from '../../../lib/image/manifest.ts';
import { patchedJson, sourceJson } from './structure/image-samples.ts';

const OURS = { [Annotation.sourceRepository]: 'app', [Annotation.run]: 'run-1' };

function annotate(staged: unknown, source: unknown = sourceJson().manifest) {
  const bytes = annotateManifest({
    staged: new TextEncoder().encode(JSON.stringify(staged, undefined, 2)),
    source: ImageManifest.parse(source),
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
  expect(others).toEqual(expected);
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
