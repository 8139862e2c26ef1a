import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DELIBERATE_FAULTS } from './fault-texts.ts';

// `npm run simulate:faults` takes minutes. This test finds stale texts immediately.
it.each(DELIBERATE_FAULTS)(
  'the text of the deliberate fault "$name" occurs exactly once',
  (fault) => {
    const file = new URL(`../../lib/pipeline/${fault.file}`, import.meta.url);

    const parts = readFileSync(file, 'utf8').split(fault.text);

    expect(parts).toHaveLength(2);
  },
);
