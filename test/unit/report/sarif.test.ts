import { expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { sarif } from '../../../lib/report/sarif.ts';

it('has a rule for each vulnerability and a result for each package', () => {
  const finding = { id: 'CVE-1', installed: '1.0', severity: 'critical' } as const;
  const findings = [
    { ...finding, package: 'libssl3', fixed: '1.1' },
    { ...finding, package: 'openssl' },
  ];
  const digest = digestOf('an image');

  const document = JSON.parse(sarif({ image: 'team/api:1.4', digest, findings, version: '1.2.3' }));

  const [run] = document.runs;
  expect(run.tool.driver.rules).toEqual([
    { id: 'CVE-1', properties: { 'security-severity': '9.0' } },
  ]);
  expect(run.results).toMatchObject([
    { level: 'error', message: { text: 'libssl3 1.0: fixed in 1.1' } },
    { level: 'error', message: { text: 'openssl 1.0: no fix is available' } },
  ]);
  expect(run.results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
    `team/api:1.4@${digest}`,
  );
});
