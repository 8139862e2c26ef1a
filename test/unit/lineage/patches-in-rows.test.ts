import { expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { Tag } from '../../../lib/image/reference.ts';
import { patchesInRows } from '../../../lib/lineage/patches-in-rows.ts';
import { InventoryTag } from '../../../lib/pipeline/records/inventory-tag.ts';
import { runIdOf } from '../../../lib/pipeline/records/run-id.ts';
import { target } from '../pipeline/run/run-samples.ts';

const at = new Date('2026-11-25T02:00:00Z');
const source = digestOf('source');
const [first, second, newest] = ['1', '2', '3'].map((n) => ({
  tag: Tag.parse(`1.4-${n}`),
  digest: digestOf(`patch ${n}`),
  fingerprint: n,
  sourceDigest: source,
})) as [Patch, Patch, Patch];
type Patch = ReturnType<typeof target>['patches'][number];
const image = InventoryTag.parse({
  ...{ repository: 'team/api', tag: '1.4', present: true, presentAt: at, digest: source },
  ...{ sourceDigest: source, state: 'patched', runId: 'x', at, counts: 'unknown' },
  ...{ patchTag: newest.tag, patchDigest: newest.digest },
});
const runId = (day: number) => runIdOf(new Date(Date.UTC(2026, 10, day, 2)), 'schedule');
const of = (day: number, change: object) =>
  target('team/api', '1.4', { runId: runId(day), sourceDigest: source, ...change });

it('has the newest first, each once, with the run that published it', () => {
  const targets = [
    of(25, { state: 'already-patched', patchTag: newest.tag, patchDigest: newest.digest }),
    of(24, {
      ...{ state: 'patched', patches: [first, second] },
      ...{ patchTag: newest.tag, patchDigest: newest.digest },
    }),
    of(23, { state: 'patched', patchTag: second.tag, patchDigest: second.digest }),
  ];

  expect(patchesInRows(image, targets)).toEqual([
    { tag: newest.tag, digest: newest.digest, newest: true, publishedBy: runId(24) },
    { tag: second.tag, digest: second.digest, newest: false, publishedBy: runId(23) },
    { tag: first.tag, digest: first.digest, newest: false, publishedBy: undefined },
  ]);
});

it('names the first run that published it, if a later one did so too', () => {
  const published = { state: 'patched', patchTag: newest.tag, patchDigest: newest.digest };
  const targets = [of(25, published), of(24, published)];

  expect(patchesInRows(image, targets)).toMatchObject([{ publishedBy: runId(24) }]);
});

it('has none that was made from an earlier image of the tag', () => {
  const earlier = digestOf('earlier');
  const targets = [
    of(25, { patches: [{ ...first, sourceDigest: earlier }] }),
    of(24, {
      ...{ state: 'patched', sourceDigest: earlier },
      ...{ patchTag: second.tag, patchDigest: second.digest },
    }),
  ];

  expect(patchesInRows(image, targets).map(({ tag }) => tag)).toEqual([newest.tag]);
});

it('has the tag’s own image if that is a patch', () => {
  const { patchTag: _tag, patchDigest: _digest, ...own } = image;
  const patch = { ...own, isPatch: true, digest: first.digest };

  expect(patchesInRows(patch, [])).toMatchObject([{ tag: '1.4', digest: first.digest }]);
});
