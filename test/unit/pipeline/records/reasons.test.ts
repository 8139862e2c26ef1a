import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Reason } from '../../../../lib/pipeline/records/reasons.ts';

it('documents each reason, and none that is not', () => {
  const page = readFileSync(new URL('../../../../docs/reasons.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, reason]) => reason);

  expect(documented.toSorted()).toEqual(Reason.options.toSorted());
});
