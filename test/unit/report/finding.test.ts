import { describe, expect, it } from 'vitest';
import { countBySeverity, fingerprint, fixable, scanOf } from '../../../lib/report/finding.ts';
import { TrivyReport } from '../../../lib/report/trivy-report.ts';
import { aFinding, aScan } from './report-samples.ts';

const OPENSSL = {
  VulnerabilityID: 'CVE-2024-0001',
  PkgName: 'openssl',
  InstalledVersion: '3.0.1',
  FixedVersion: '3.0.2',
  Severity: 'HIGH',
};

function scanOfResults(...results: readonly object[]) {
  return scanOf(TrivyReport.parse({ SchemaVersion: 2, Results: results }));
}

describe('the scan of a report', () => {
  it('contains the operating system, its end of life and the architecture', () => {
    const report = TrivyReport.parse({
      SchemaVersion: 2,
      Metadata: {
        OS: { Family: 'debian', Name: '10.13', EOSL: true },
        ImageConfig: { architecture: 'amd64' },
      },
    });

    const scan = scanOf(report);

    expect(scan).toEqual({
      os: { family: 'debian', name: '10.13', endOfLife: true },
      architecture: 'amd64',
      findings: [],
      packages: [],
    });
  });

  it('leaves out packages of programming languages', () => {
    const scan = scanOfResults(
      { Class: 'lang-pkgs', Vulnerabilities: [{ ...OPENSSL, PkgName: 'lodash' }] },
      { Class: 'os-pkgs', Vulnerabilities: [OPENSSL] },
    );

    expect(scan.findings.map((finding) => finding.package)).toEqual(['openssl']);
  });

  it('does not depend on how the results are split and ordered', () => {
    const curl = { ...OPENSSL, PkgName: 'curl' };
    const packages = [
      { Name: 'zlib', Version: '1' },
      { Name: 'apt', Version: '2' },
    ];

    const together = scanOfResults({
      Class: 'os-pkgs',
      Vulnerabilities: [OPENSSL, curl, OPENSSL],
      Packages: packages,
    });
    const apart = scanOfResults(
      { Class: 'os-pkgs', Vulnerabilities: [curl], Packages: packages.toReversed() },
      { Class: 'os-pkgs', Vulnerabilities: [OPENSSL], Packages: packages },
    );

    expect(apart).toEqual(together);
    expect(together.findings).toHaveLength(2);
    expect(together.packages.map((installed) => installed.name)).toEqual(['apt', 'zlib']);
  });

  it('keeps the highest severity of a repeated finding', () => {
    const low = { ...OPENSSL, Severity: 'LOW' };

    const scan = scanOfResults({ Class: 'os-pkgs', Vulnerabilities: [low, OPENSSL, low] });

    expect(scan.findings.map((finding) => finding.severity)).toEqual(['high']);
  });

  it('joins the epoch, version and release of a package', () => {
    const listed = { Name: 'bash', Version: '5.2', Release: '2+b1', Epoch: 1 };

    const scan = scanOfResults({ Class: 'os-pkgs', Packages: [listed] });

    expect(scan.packages).toEqual([{ name: 'bash', version: '1:5.2-2+b1' }]);
  });

  it('reads an empty fixed version as no fix and a new severity as unknown', () => {
    const vulnerability = { ...OPENSSL, FixedVersion: '', Severity: 'NEGLIGIBLE' };

    const scan = scanOfResults({ Class: 'os-pkgs', Vulnerabilities: [vulnerability] });

    expect(scan.findings).toEqual([
      { id: 'CVE-2024-0001', package: 'openssl', installed: '3.0.1', severity: 'unknown' },
    ]);
    expect(fixable(scan)).toEqual([]);
  });
});

it('counts findings for every severity', () => {
  const findings = [aFinding(), aFinding({ severity: 'low' }), aFinding({ severity: 'low' })];

  const counts = countBySeverity(findings);

  expect(counts).toEqual({ critical: 0, high: 1, medium: 0, low: 2, unknown: 0 });
});

it('returns only findings with a fix as fixable', () => {
  const { fixed: _, ...unfixed } = aFinding({ package: 'bash' });

  const found = fixable(aScan({ findings: [aFinding(), unfixed] }));

  expect(found).toEqual([aFinding()]);
});

describe('a fingerprint', () => {
  it('is a fixed value, since it is written into published manifests', () => {
    const findings = [aFinding(), aFinding({ package: 'curl', fixed: '1' })];

    expect(fingerprint(findings)).toBe(
      '99dcff402f1b0dbff7f7acaa937b841a2be4be2b9195c19211a6268cb5aa782f',
    );
  });

  it('does not change with ids, severities and installed versions', () => {
    const other = aFinding({ id: 'CVE-2', severity: 'low', installed: '0' });

    expect(fingerprint([other, other])).toBe(fingerprint([aFinding()]));
  });

  it('ignores findings without a fix', () => {
    const { fixed: _, ...unfixed } = aFinding({ package: 'bash' });

    expect(fingerprint([aFinding(), unfixed])).toBe(fingerprint([aFinding()]));
  });

  it('distinguishes names and versions that give the same text when joined', () => {
    const one = [aFinding({ package: 'a","b', fixed: 'c' })];
    const two = [aFinding({ package: 'a', fixed: 'b","c' })];

    expect(fingerprint(one)).not.toBe(fingerprint(two));
  });
});
