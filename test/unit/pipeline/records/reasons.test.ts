import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BlockReason } from '../../../../lib/job/blocked-package.ts';
import {
  FailReason,
  RejectReason,
  SkipReason,
  WaitReason,
} from '../../../../lib/pipeline/records/reasons.ts';
import { RunFault } from '../../../../lib/pipeline/records/run.ts';

const PAGE = readFileSync(new URL('../../../../docs/reasons.md', import.meta.url), 'utf8');

it.each([
  ['`planned`', ['dry-run']],
  ['`already-patched`', ['already-patched']],
  ['`waiting`', WaitReason.options],
  ['`skipped`', SkipReason.options],
  ['`rejected`', RejectReason.options],
  ['`failed`', FailReason.options],
  ['Findings that remain', BlockReason.options],
  ['`canceled`', ['canceled']],
  ['Why a run fails', RunFault.options],
])('documents every reason of %s in a row of its own, and no other', (heading, reasons) => {
  const section = PAGE.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const documented = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, reason]) => reason);

  expect(documented.toSorted()).toEqual(reasons.toSorted());
});
