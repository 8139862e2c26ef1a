import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ImageConfig, ImageManifest } from '../../lib/image/manifest.ts';
import { compareStructure, type ImageParts } from '../../lib/image/structure/compare-structure.ts';
import {
  partsOf,
  patchedJson,
  SOURCE_REFERENCE,
  sourceJson,
} from '../unit/image/structure/image-samples.ts';

type Path = readonly (string | number)[];
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Fields that may differ, because Copa, BuildKit or the size of the new layer decide them. */
const FREE = [
  'manifest/mediaType', // may be absent; a unit test shows that it may have no other value
  'manifest/config/digest',
  'manifest/config/size',
  'manifest/layers/2',
  'manifest/annotations/org.opencontainers.image.version',
  'manifest/annotations/org.opencontainers.image.created',
  'manifest/annotations/sh.copa.image.patched',
  'config/config/labels',
  'config/rootfs/diff_ids/2',
  'config/history/3',
];

function isFree(path: Path): boolean {
  const text = path.join('/');
  return FREE.some((free) => text === free || text.startsWith(`${free}/`));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Returns every path in the JSON, to leaves and containers. */
function placesIn(value: unknown, at: Path = []): readonly Path[] {
  if (!isObject(value)) return [at];
  const below = Object.entries(value).flatMap(([key, child]) => placesIn(child, [...at, key]));
  return at.length === 0 ? below : [at, ...below];
}

/** Returns a copy with another value at this path. Undefined removes the field. */
function changedAt(value: unknown, [key, ...rest]: Path, to: Json | undefined): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value)) {
    const index = Number(key);
    const items = value.map((item, at) => (at === index ? changedAt(item, rest, to) : item));
    return rest.length === 0 && to === undefined ? items.toSpliced(index, 1) : items;
  }
  if (!isObject(value)) return value;
  const { [key]: child, ...others } = value;
  const changed = changedAt(child, rest, to);
  return changed === undefined ? others : { ...others, [key]: changed };
}

function parse(json: unknown): ImageParts | undefined {
  if (!isObject(json)) return undefined;
  const manifest = ImageManifest.safeParse(json.manifest);
  const config = ImageConfig.safeParse(json.config);
  if (!manifest.success || !config.success) return undefined;
  return { manifest: manifest.data, config: config.data };
}

function compareWith(patched: ImageParts) {
  const source = partsOf(sourceJson());
  return compareStructure({ source, patched, sourceReference: SOURCE_REFERENCE });
}

const original = patchedJson();
const fixedPlaces = placesIn(original).filter((path) => !isFree(path));

const value: fc.Arbitrary<Json | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom<Json>('', 0, 1, true, null, [], {}, 'sha256:', 'x'),
  fc.jsonValue().map((json): Json => JSON.parse(JSON.stringify(json))),
);

it('refuses the removal of any field that may not differ', () => {
  for (const path of fixedPlaces) {
    const patched = parse(changedAt(original, path, undefined));
    if (patched === undefined) continue;

    expect(compareWith(patched), path.join('/')).toMatchObject({ accepted: false });
  }
});

it('refuses another value in any field that may not differ', () => {
  fc.assert(
    fc.property(fc.constantFrom(...fixedPlaces), value, (path, to) => {
      const changed = changedAt(original, path, to);
      fc.pre(!isDeepStrictEqual(changed, original));
      const patched = parse(changed);
      fc.pre(patched !== undefined);

      expect(patched && compareWith(patched)).toMatchObject({ accepted: false });
    }),
    { numRuns: 1500 },
  );
});

it('refuses an additional field in any object', () => {
  const objects = placesIn(original).filter((path) => {
    const found = path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : at), original);
    return isObject(found) && !Array.isArray(found) && !isFree([...path, 'more']);
  });
  fc.assert(
    fc.property(fc.constantFrom(...objects), fc.string({ minLength: 1 }), (path, key) => {
      const place = [...path, `x-${key}`];
      const patched = parse(changedAt(original, place, 'more'));

      expect(patched && compareWith(patched)).toMatchObject({ accepted: false });
    }),
    { numRuns: 500 },
  );
});

it('never throws for any two images', () => {
  const images = fc.constantFrom(original, sourceJson());
  const hostile = fc
    .tuple(images, fc.array(fc.tuple(fc.constantFrom(...placesIn(original)), value)))
    .map(([json, changes]) =>
      parse(changes.reduce<unknown>((at, [path, to]) => changedAt(at, path, to), json)),
    );
  fc.assert(
    fc.property(hostile, hostile, (source, patched) => {
      fc.pre(source !== undefined && patched !== undefined);
      if (source === undefined || patched === undefined) return;

      expect(compareStructure({ source, patched })).toHaveProperty('accepted');
    }),
    { numRuns: 500 },
  );
});
