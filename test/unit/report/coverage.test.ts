import { expect, it } from 'vitest';
import { coverageOf, describeCoverage } from '../../../lib/report/coverage.ts';
import { scanOf } from '../../../lib/report/finding.ts';
import { parseTrivyReport } from '../../../lib/report/trivy-report.ts';

/** A Debian report with these packages, each with the class of its repository. */
function scanWith(packages: readonly (readonly [name: string, repositoryClass?: string])[]) {
  const report = {
    SchemaVersion: 2,
    Metadata: { OS: { Family: 'debian', Name: '12.5' } },
    Results: [
      {
        Class: 'os-pkgs',
        Packages: packages.map(([Name, Class]) => ({
          Name,
          Version: '1',
          ...(Class !== undefined && { Repository: { Class } }),
        })),
      },
    ],
  };
  const parsed = parseTrivyReport(Buffer.from(JSON.stringify(report)));
  return parsed.ok ? scanOf(parsed.value) : expect.fail(parsed.fault);
}

it('counts the packages of other maintainers, which Trivy does not match', () => {
  const scan = scanWith([['apt', 'official'], ['dpkg'], ['nodejs', 'third-party']]);

  expect(coverageOf(scan)).toEqual({ covered: 2, uncovered: 1 });
  expect(describeCoverage(coverageOf(scan))).toMatch(/^2 of 3 packages are covered/);
});

it('has nothing to say if every package is covered', () => {
  expect(describeCoverage({ covered: 10, uncovered: 0 })).toBeUndefined();
});

it('says that fewer than ten packages are a partial coverage', () => {
  expect(describeCoverage(coverageOf(scanWith([['apt'], ['dpkg']])))).toMatch(
    /fewer than ten packages \(2\)/,
  );
  expect(describeCoverage({ covered: 8, uncovered: 1 })).toMatch(/^8 of 9 .*packages \(9\)/);
});
