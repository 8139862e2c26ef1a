import { expect, it } from 'vitest';
import { type Finding, fingerprint, fixable, type Scan } from '../../../lib/report/finding.ts';
import { findingsInPatch } from '../../../lib/report/findings-in-patch.ts';

function finding(name: string, id: string, fixed?: string): Finding {
  const known = { id, package: name, installed: '1.0', severity: 'high' } as const;
  return { ...known, ...(fixed !== undefined && { fixed }) };
}

function scan(findings: readonly Finding[], versions: Readonly<Record<string, string>>): Scan {
  const packages = Object.entries(versions).map(([name, version]) => ({ name, version }));
  return { findings, packages };
}

const SOURCE = { apt: '1.0', ssl: '1.0', zlib: '1.0' };
const ids = (findings: readonly Finding[] | undefined) => findings?.map(({ id }) => id);

it('returns the findings without a fix if the patch has the same fingerprint', () => {
  const source = scan([finding('ssl', 'old', '1.2'), finding('apt', 'new')], SOURCE);

  const left = findingsInPatch(source, { fingerprint: fingerprint(fixable(source)) });

  expect(ids(left)).toEqual(['new']);
});

const before = scan([finding('ssl', 'old', '1.2'), finding('ssl', 'older', '1.1')], SOURCE);
const after = scan([], { ...SOURCE, ssl: '1.2' });
const patch = { fingerprint: 'of before', scans: { before, after } };

it.each([
  ['that its scans show as fixed', finding('ssl', 'older', '1.1'), []],
  ['whose fixed version is installed', finding('ssl', 'new', '1.2'), []],
  ['of a package that is not installed', finding('gone', 'new', '3'), []],
  ['with a newer fixed version', finding('ssl', 'new', '1.3'), ['new']],
  ['of a package that it did not update', finding('zlib', 'new', '1.1'), ['new']],
  ['without a fix', finding('ssl', 'new'), ['new']],
  ['whose advisory was corrected since', finding('ssl', 'old', '1.3'), ['old']],
])('returns the remaining ones for a finding %s', (_what, found, left) => {
  expect(ids(findingsInPatch(scan([found], SOURCE), patch))).toEqual(left);
});

it('returns undefined for a patch without scans or with a scan that lists no packages', () => {
  const source = scan([finding('ssl', 'new', '1.3')], SOURCE);

  expect(findingsInPatch(source, { fingerprint: 'another' })).toBeUndefined();
  const scans = { before, after: scan([], {}) };
  expect(findingsInPatch(source, { fingerprint: 'another', scans })).toBeUndefined();
});
