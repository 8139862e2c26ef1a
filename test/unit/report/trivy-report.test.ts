import { describe, expect, it } from 'vitest';
import { scanOf } from '../../../lib/report/finding.ts';
import { parseTrivyReport } from '../../../lib/report/trivy-report.ts';

function parse(report: unknown) {
  return parseTrivyReport(new TextEncoder().encode(JSON.stringify(report)));
}

function withVulnerability(changes: Record<string, unknown>) {
  const vulnerability = { VulnerabilityID: 'CVE-2024-0001', PkgName: 'openssl', ...changes };
  return { SchemaVersion: 2, Results: [{ Class: 'os-pkgs', Vulnerabilities: [vulnerability] }] };
}

function withSystem(name: string) {
  return { SchemaVersion: 2, Metadata: { OS: { Family: 'debian', Name: name } } };
}

function findings(count: number, id: (at: number) => string = (at) => `CVE-2026-${at}`) {
  return Array.from({ length: count }, (_, at) => ({ VulnerabilityID: id(at), PkgName: 'linux' }));
}

describe('a report that Trivy writes', () => {
  it('is accepted without Results, which Trivy omits if it found nothing', () => {
    const parsed = parse({ SchemaVersion: 2, ArtifactName: 'scratch', Metadata: {} });

    expect(parsed).toEqual({ ok: true, value: { SchemaVersion: 2, Metadata: {} } });
  });

  it('keeps only the fields that are used', () => {
    const parsed = parse({
      ...withVulnerability({ FixedVersion: '3.0.2', Severity: 'HIGH', References: ['https://x'] }),
      Trivy: { Version: '0.74.0' },
    });

    expect(parsed).toEqual({
      ok: true,
      value: withVulnerability({ FixedVersion: '3.0.2', Severity: 'HIGH' }),
    });
  });
});

describe('a large report', () => {
  it('is accepted with 20,000 findings of one image', () => {
    const Results = [{ Class: 'os-pkgs', Vulnerabilities: findings(20_000) }];

    const parsed = parse({ SchemaVersion: 2, Results });

    expect(parsed.ok && scanOf(parsed.value).findings.length).toBe(20_000);
  });

  it('counts a repeated finding once', () => {
    const Vulnerabilities = findings(20_000, () => 'CVE-2026-1');

    const parsed = parse({ SchemaVersion: 2, Results: [{ Class: 'os-pkgs', Vulnerabilities }] });

    expect(parsed.ok && scanOf(parsed.value).findings.length).toBe(1);
  });

  it('is accepted with a title of ten megabytes, which is dropped', () => {
    const parsed = parse(withVulnerability({ Title: 'x'.repeat(10_000_000) }));

    expect(JSON.stringify(parsed).length).toBeLessThan(1000);
    expect(parsed.ok && scanOf(parsed.value).findings.length).toBe(1);
  });
});

describe('an invalid report', () => {
  it.each([
    { what: 'another schema', report: { SchemaVersion: 3 }, fault: '/SchemaVersion' },
    { what: 'a list', report: [], fault: 'at /' },
    { what: 'null', report: null, fault: 'at /' },
    {
      what: 'a package name with a line break',
      report: withVulnerability({ PkgName: 'openssl\nevil' }),
      fault: '/Results.0.Vulnerabilities.0.PkgName',
    },
    {
      what: 'a version of a megabyte',
      report: withVulnerability({ FixedVersion: '1'.repeat(1_000_000) }),
      fault: '/Results.0.Vulnerabilities.0.FixedVersion',
    },
    {
      what: 'a lone surrogate in an id',
      report: withVulnerability({ VulnerabilityID: 'CVE-\ud800' }),
      fault: '/Results.0.Vulnerabilities.0.VulnerabilityID',
    },
    {
      what: 'an empty id',
      report: withVulnerability({ VulnerabilityID: '' }),
      fault: '/Results.0.Vulnerabilities.0.VulnerabilityID',
    },
    {
      what: 'a system name that reverses text',
      report: withSystem('12\u202e7.21'),
      fault: '/Metadata.OS.Name',
    },
    {
      what: 'a system name that is a spreadsheet formula',
      report: withSystem('=1+1'),
      fault: '/Metadata.OS.Name',
    },
    {
      what: 'too many findings in one result',
      report: { SchemaVersion: 2, Results: [{ Vulnerabilities: findings(50_000) }] },
      fault: 'too_big at /Results.0.Vulnerabilities',
    },
    {
      what: 'too many findings over several results',
      report: {
        SchemaVersion: 2,
        Results: Array.from({ length: 3 }, () => ({ Vulnerabilities: findings(17_000) })),
      },
      fault: '/Results',
    },
    {
      what: 'too many results',
      report: { SchemaVersion: 2, Results: Array.from({ length: 1001 }, () => ({})) },
      fault: '/Results',
    },
  ])('is refused with the path of the fault: $what', ({ report, fault }) => {
    const parsed = parse(report);

    expect(parsed).toEqual({ ok: false, fault: expect.stringContaining(fault) });
  });

  it('is not quoted in the fault', () => {
    const parsed = parse(withVulnerability({ PkgName: 'SECRET\u0000', Severity: 7 }));

    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain('SECRET');
  });
});

it('ignores keys of the object prototype', () => {
  const text = '{"SchemaVersion":2,"__proto__":{"Results":[{"Class":"os-pkgs"}]},"constructor":1}';

  const parsed = parseTrivyReport(new TextEncoder().encode(text));

  expect(parsed).toEqual({ ok: true, value: { SchemaVersion: 2 } });
  expect(Reflect.get({}, 'Results')).toBeUndefined();
});
