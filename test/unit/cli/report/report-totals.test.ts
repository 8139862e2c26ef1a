import { expect, it } from 'vitest';
import { noFindings, totals } from '../../../../lib/cli/report/report-totals.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';

const runId = RunId.parse('20261123T020000Z-7f3a');
const FINDING = {
  id: 'CVE-2026-1',
  package: 'zlib1g',
  installed: '1.0',
  severity: 'high',
} as const;

it('counts the findings by what became of them', () => {
  const findings = [
    { ...FINDING, status: 'fixed' },
    { ...FINDING, status: 'no-fix' },
  ] as const;

  const text = totals({ findings, target: { runId, osFamily: 'debian' } });

  expect(text).toBe(`1 fixed, 0 open, 1 without a fix, in run ${runId}`);
});

it('says that a clean image has no findings', () => {
  const report = { findings: [], target: { runId, osFamily: 'debian' } };

  expect(noFindings(report)).toBe('The scan has no findings.');
});

it('does not call unknown findings zero', () => {
  const report = { findings: [], target: { runId, osFamily: undefined } };

  expect(totals(report).replace(runId, 'RUN')).toBe('by the scan of run RUN');
  expect(noFindings(report)).toContain('not known');
});
