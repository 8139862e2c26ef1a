import { expect, it } from 'vitest';
import { Tag } from '../../../../lib/image/reference.ts';
import { isMarkOf, markManifest } from '../../../../lib/pipeline/marks/mark-artifact.ts';

const PROD = Tag.parse('prod');

it.each<[string, Uint8Array, boolean]>([
  ['its own mark', markManifest(PROD), true],
  ['a mark of another installation', markManifest(Tag.parse('test')), false],
  ['an image', Buffer.from('{"schemaVersion":2,"layers":[]}'), false],
  ['no document', Buffer.from('x'), false],
])('an installation does or does not hold a repository by %s', (_, manifest, marks) => {
  expect(isMarkOf(PROD, manifest)).toBe(marks);
});
