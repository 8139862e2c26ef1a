import { expect, it } from 'vitest';
import { WORKER_TOOLS } from '../../../lib/doctor/worker-tools.ts';
import { describeTrivy } from '../../../lib/report/tool-age.ts';

const NOW = new Date('2026-11-30T02:00:00Z');

it('knows the age of the Trivy in the worker images', () => {
  expect(describeTrivy(WORKER_TOOLS.scan.trivy, NOW)).toMatch(/^Trivy [\d.]+, \d+ days old$/);
  expect(describeTrivy('0.74.0', NOW)).toBe('Trivy 0.74.0, 108 days old');
});

it('names a version whose age it does not know', () => {
  expect(describeTrivy('9.9.9', NOW)).toBe('Trivy 9.9.9');
  expect(describeTrivy(undefined, NOW)).toBe('Trivy of an unknown version');
});
