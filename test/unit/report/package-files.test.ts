import { expect, it } from 'vitest';
import { packageFiles } from '../../../lib/report/package-files.ts';
import { parseTrivyReport } from '../../../lib/report/trivy-report.ts';

function filesOf(...results: readonly object[]) {
  const report = { SchemaVersion: 2, ArtifactName: 'x', ArtifactType: 'x', Results: results };
  const parsed = parseTrivyReport(Buffer.from(JSON.stringify(report)));
  if (!parsed.ok) throw new Error(parsed.fault);
  return packageFiles(parsed.value);
}

const os = (...Packages: readonly object[]) => ({ Target: 'x', Class: 'os-pkgs', Packages });

it('collects the versions and the files of a package', () => {
  const curl = { Name: 'curl', SrcName: 'curl-src', Arch: 'amd64' };
  const found = filesOf(
    os(
      { ...curl, Version: '1', Release: '2', Epoch: 3, InstalledFiles: ['/usr/bin/curl'] },
      { ...curl, Version: '4', InstalledFiles: ['usr/share/doc/curl'] },
    ),
  );

  expect(found.get('curl')).toEqual({
    versions: new Set(['3:1:2', '0:4:']),
    source: 'curl-src',
    hasArchitecture: true,
    files: ['usr/bin/curl', 'usr/share/doc/curl'],
  });
});

it.each([
  ['all', false],
  ['noarch', false],
  ['amd64', true],
  [undefined, true],
])('a package for %s has an architecture: %s', (Arch, hasArchitecture) => {
  expect(filesOf(os({ Name: 'a', Arch })).get('a')).toMatchObject({ source: 'a', hasArchitecture });
});

it('has no package of programming languages', () => {
  expect([
    ...filesOf({ ...os({ Name: 'a' }), Class: 'lang-pkgs' }, os({ Name: 'b' })).keys(),
  ]).toEqual(['b']);
});

it('makes one list of files for a package that is named many times', () => {
  const InstalledFiles = Array.from({ length: 5 }, (_, at) => `/f${at}`);
  const named = Array.from({ length: 200 }, (_, at) => ({
    Name: 'a',
    Version: `${at}`,
    InstalledFiles,
  }));

  const found = filesOf(os(...named)).get('a');

  expect(found?.files).toHaveLength(1000);
  expect(found?.versions.size).toBe(200);
});

it('refuses a report with more than a million files', () => {
  const names = (length: number) => ({ Name: 'a', InstalledFiles: Array(length).fill('') });

  expect(() => filesOf(os(names(600_000)), os(names(400_001)))).toThrow('at /Result');
});
