import { expect, it } from 'vitest';
import { trivyFailureLines } from '../../../../worker/scan/trivy-lines.ts';

it('reads Trivy’s error from its FATAL line on', () => {
  expect(
    trivyFailureLines('2026 WARN a file FATALLY named\n2026\tFATAL\tno database\n  - details'),
  ).toEqual([expect.stringContaining('no database'), expect.stringContaining('- details')]);
});

it('reads every line if none is fatal', () => {
  expect(trivyFailureLines('one\ntwo')).toEqual(['one', 'two']);
});
