import { expect, it } from 'vitest';
import { FixableFinding, MAX_FINDINGS_A_JOB } from '../../../lib/job/job-file.ts';

it('keeps a job file full of long findings within the size that ARM accepts', () => {
  const finding = FixableFinding.parse({
    id: 'CVE-2026-1234567',
    package: 'libwebkit2gtk-4.1-0-something',
    installed: '2:2.42.1~beta3-1~deb12u10+b1',
    fixed: '2:2.48.5~beta3-1~deb12u11+b2',
  });

  const bytes = Buffer.byteLength(JSON.stringify([finding]));

  expect((bytes * MAX_FINDINGS_A_JOB * 4) / 3).toBeLessThan(3_500_000);
});
