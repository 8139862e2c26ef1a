import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DELIBERATE_FAULTS } from './fault-texts.ts';

// `npm run simulate:faults` takes minutes: that its texts still stand is seen here at once.
it.each(DELIBERATE_FAULTS)('the deliberate fault «$name» finds its text once', (fault) => {
  const file = new URL(`../../lib/pipeline/${fault.file}`, import.meta.url);

  const parts = readFileSync(file, 'utf8').split(fault.text);

  expect(parts).toHaveLength(2);
});
