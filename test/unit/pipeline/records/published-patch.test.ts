import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { publishedItsPatch } from '../../../../lib/pipeline/records/published-patch.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { target } from '../run/run-samples.ts';

const PATCH = digestOf('a patch');
const OTHER = digestOf('another patch');

const CASES: readonly [string, boolean, Partial<Target>][] = [
  ['is patched', true, { state: 'patched', staged: PATCH, patchDigest: PATCH }],
  ['adopted its patch', true, { state: 'already-patched', staged: PATCH, patchDigest: PATCH }],
  ['failed after publishing', true, { state: 'failed', staged: PATCH, patchDigest: PATCH }],
  ['failed before publishing', false, { state: 'failed', staged: PATCH }],
  ['found another patch', false, { state: 'already-patched', staged: PATCH, patchDigest: OTHER }],
  ['built nothing', false, { state: 'already-patched', patchDigest: OTHER }],
  ['is clean', false, { state: 'clean' }],
];

it.each(CASES)('a target that %s: published its patch = %s', (_, expected, changes) => {
  expect(publishedItsPatch(target('team/api', '1.4', changes))).toBe(expected);
});
