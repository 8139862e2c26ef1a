import fc from 'fast-check';
import { expect, it } from 'vitest';
import { advisoryPlatform, hasAdvisories } from '../../lib/report/advisory-platforms.ts';
import { compareFindings } from '../../lib/report/compare-findings.ts';
import {
  type Finding,
  fingerprint,
  type Scan,
  SEVERITIES,
  scanOf,
} from '../../lib/report/finding.ts';
import { patchability } from '../../lib/report/patchable-os.ts';
import { parseTrivyReport, TrivyReport } from '../../lib/report/trivy-report.ts';

const name = fc.oneof(
  fc.constantFrom('openssl', 'curl', 'a', 'a","b', '__proto__', 'constructor'),
  fc.string({ minLength: 1, maxLength: 20 }),
);
const finding: fc.Arbitrary<Finding> = fc.record(
  {
    id: name,
    package: name,
    installed: name,
    fixed: name,
    severity: fc.constantFrom(...SEVERITIES),
    purl: name,
  },
  { requiredKeys: ['id', 'package', 'installed', 'severity'] },
);
const fixableFinding = finding.map((one) => ({ ...one, fixed: one.fixed ?? '1' }));
const scan: fc.Arbitrary<Scan> = fc.record(
  {
    os: fc.record({
      family: fc.oneof(fc.constantFrom('debian', 'alpine', 'redhat', 'oracle'), name),
      name,
      endOfLife: fc.boolean(),
    }),
    findings: fc.array(finding),
    packages: fc.array(fc.record({ name, version: name })),
  },
  { requiredKeys: ['findings', 'packages'] },
);

/** JSON in the shape of a report, with any values. */
const almostReport = fc.record(
  {
    SchemaVersion: fc.oneof(fc.constant(2), fc.jsonValue()),
    Metadata: fc.oneof(fc.record({ OS: fc.jsonValue() }), fc.jsonValue()),
    Results: fc.oneof(
      fc.array(
        fc.record({
          Class: fc.oneof(fc.constant('os-pkgs'), fc.jsonValue()),
          Vulnerabilities: fc.oneof(
            fc.array(fc.record({ VulnerabilityID: name, PkgName: name, Severity: fc.jsonValue() })),
            fc.jsonValue(),
          ),
          Packages: fc.oneof(fc.array(fc.record({ Name: name })), fc.jsonValue()),
        }),
      ),
      fc.jsonValue(),
    ),
  },
  { requiredKeys: [] },
);

it('returns a result for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const parsed = parseTrivyReport(bytes);

      expect(parsed.ok ? 'report' : parsed.fault).toEqual(expect.any(String));
    }),
  );
});

it('returns a result for any JSON in the shape of a report, and can read an accepted one', () => {
  let accepted = 0;
  fc.assert(
    fc.property(almostReport, (report) => {
      const parsed = parseTrivyReport(new TextEncoder().encode(JSON.stringify(report)));
      if (!parsed.ok) {
        expect(parsed.fault.length).toBeLessThan(256);
        return;
      }

      accepted += 1;
      const found = scanOf(parsed.value);

      expect(patchability(found)).toHaveProperty('patchable');
      for (const one of found.findings) {
        expect(`${one.id}${one.package}${one.fixed}`).not.toMatch(/\p{Cc}/u);
      }
    }),
    { numRuns: 500 },
  );

  expect(accepted).toBeGreaterThan(0);
});

it('reads the same scan from results in any order', () => {
  const vulnerability = fc.record({
    VulnerabilityID: fc.constantFrom('CVE-1', 'CVE-2'),
    PkgName: fc.constantFrom('a', 'b'),
    InstalledVersion: fc.constantFrom('1', '2'),
    FixedVersion: fc.constantFrom('', '3'),
    Severity: fc.constantFrom('LOW', 'HIGH'),
    Title: fc.constantFrom('x', 'y'),
  });
  fc.assert(
    fc.property(fc.array(vulnerability), fc.nat(8), (vulnerabilities, cut) => {
      const [one, two] = [vulnerabilities.slice(0, cut), vulnerabilities.slice(cut)];
      const inOrder = [{ Class: 'os-pkgs', Vulnerabilities: vulnerabilities }];
      const split = [two.toReversed(), one].map((part) => ({
        Class: 'os-pkgs',
        Vulnerabilities: part,
      }));

      const first = scanOf(TrivyReport.parse({ SchemaVersion: 2, Results: inOrder }));
      const second = scanOf(TrivyReport.parse({ SchemaVersion: 2, Results: split }));

      expect(second).toEqual(first);
    }),
  );
});

it('has a fingerprint that depends only on the set of (package, fixed version)', () => {
  const pairsOf = (findings: readonly Finding[]) =>
    [...new Set(findings.map((one) => JSON.stringify([one.package, one.fixed])))].sort();
  // Few names, so that equal sets also occur by chance.
  const few = fc.array(
    fc.record({ package: fc.constantFrom('a', 'b'), fixed: fc.constantFrom('1', '2') }),
    { maxLength: 3 },
  );
  const base = { id: 'CVE-1', installed: '0', severity: 'low' } as const;
  fc.assert(
    fc.property(few, few, (one, two) => {
      const [first, second] = [one, two].map((pairs) =>
        pairs.map((pair) => ({ ...base, ...pair })),
      );

      const same = fingerprint(first ?? []) === fingerprint(second ?? []);

      expect(same).toBe(`${pairsOf(first ?? [])}` === `${pairsOf(second ?? [])}`);
    }),
    { numRuns: 500 },
  );
});

it('has a fingerprint that ignores order and repetition', () => {
  fc.assert(
    fc.property(fc.array(finding), (findings) => {
      const again = [...findings.toReversed(), ...findings];

      expect(fingerprint(again)).toBe(fingerprint(findings));
    }),
  );
});

it('has different fingerprints for any two different findings', () => {
  fc.assert(
    fc.property(fixableFinding, fixableFinding, (one, two) => {
      const same = one.package === two.package && one.fixed === two.fixed;

      expect(fingerprint([one]) === fingerprint([two])).toBe(same);
    }),
  );
});

it('accepts no patch that keeps a targeted finding or loses a package', () => {
  fc.assert(
    fc.property(scan, scan, (before, after) => {
      const targeted = before.findings.filter((one) => one.fixed !== undefined);

      const verdict = compareFindings({ before, after, targeted });

      const stillThere = targeted.some((target) =>
        after.findings.some((one) => one.id === target.id && one.package === target.package),
      );
      const lost = before.packages.some(
        (old) => !after.packages.some((installed) => installed.name === old.name),
      );
      if (stillThere || lost) expect(verdict.accepted).toBe(false);
    }),
  );
});

it('accepts an image as its own patch if nothing was targeted', () => {
  fc.assert(
    fc.property(scan, (same) => {
      const verdict = compareFindings({ before: same, after: same, targeted: [] });

      expect(verdict.accepted).toBe(true);
    }),
  );
});

it('never finds advisories in a database without buckets', () => {
  fc.assert(
    fc.property(name, name, (family, version) => {
      const os = { family, name: version };

      expect(hasAdvisories(os, [])).toBe(false);
      expect(hasAdvisories(os, ['undefined', '', family])).toBe(advisoryPlatform(os) === family);
    }),
  );
});
