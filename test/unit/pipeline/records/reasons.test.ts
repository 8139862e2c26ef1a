import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BlockReason } from '../../../../lib/job/blocked-package.ts';
import { Reason } from '../../../../lib/pipeline/records/reasons.ts';

it('documents every reason of a target and of a package that was left out, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/reasons.md', import.meta.url), 'utf8');
  const [reasons = ''] = page.split('## Jobs');
  const documented = [...reasons.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, reason]) => reason);

  expect(documented.toSorted()).toEqual([...Reason.options, ...BlockReason.options].toSorted());
});
