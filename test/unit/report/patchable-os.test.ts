import { describe, expect, it } from 'vitest';
import { patchability } from '../../../lib/report/patchable-os.ts';
import { aFinding, aScan } from './report-samples.ts';

function anImage(family: string, packages: readonly string[]) {
  return aScan({
    os: { family, name: '1', endOfLife: false },
    packages: packages.map((name) => ({ name, version: '1' })),
  });
}

describe('an image with its own package manager can be patched', () => {
  it.each([
    ['debian', ['apt', 'dpkg', 'bash']],
    ['ubuntu', ['dpkg', 'apt']],
    ['alpine', ['musl', 'apk-tools']],
    ['azurelinux', ['rpm', 'tdnf']],
    ['cbl-mariner', ['rpm', 'tdnf']],
    ['redhat', ['rpm', 'microdnf']],
    ['amazon', ['rpm', 'yum']],
    ['rocky', ['rpm', 'dnf']],
    ['alma', ['rpm', 'dnf']],
    ['centos', ['rpm', 'yum']],
  ])('%s with %j', (family, packages) => {
    expect(patchability(anImage(family, packages))).toEqual({ patchable: true });
  });
});

describe('an image that can not be patched safely is unsupported', () => {
  it.each([
    ['debian', ['dpkg', 'libc6'], 'no apt'],
    ['alpine', ['musl'], 'no apk-tools'],
    ['redhat', ['rpm', 'bash'], 'none of tdnf, dnf, yum, microdnf'],
    ['redhat', ['dnf'], 'no rpm'],
    ['sles', ['rpm', 'zypper'], "Copa's tools for sles"],
    ['opensuse-leap', ['rpm', 'zypper'], "Copa's tools for opensuse-leap"],
    ['opensuse-tumbleweed', ['rpm', 'zypper'], "Copa's tools for opensuse-tumbleweed"],
    ['oracle', ['rpm', 'dnf'], "Copa can't patch"],
    ['fedora', ['rpm', 'dnf'], "Copa can't patch"],
    ['photon', ['rpm', 'tdnf'], "Copa can't patch"],
    ['wolfi', ['apk-tools'], "Copa can't patch"],
    ['constructor', ['dpkg', 'apt'], "Copa can't patch"],
    ['debian', [], 'lists no packages'],
  ])('%s with %j', (family, packages, detail) => {
    expect(patchability(anImage(family, packages))).toEqual({
      patchable: false,
      reason: 'unsupported-os',
      detail: expect.stringContaining(detail),
    });
  });

  it('without an operating system', () => {
    const scan = { findings: [], packages: [] };

    expect(patchability(scan)).toMatchObject({ patchable: false, reason: 'unsupported-os' });
  });
});

describe('an image without dpkg and apt', () => {
  const os = { family: 'debian', name: '12.15', endOfLife: false };
  const findings = [
    aFinding({ package: 'libssl3', fixed: '3.0.17' }),
    { id: 'CVE-2026-2', package: 'libc6', installed: '2', severity: 'low' as const },
  ];

  it('can be patched if the scan knows files of each package with a fix', () => {
    const packages = [
      { name: 'libssl3', version: '3.0.1', hasFiles: true as const },
      { name: 'libc6', version: '2' },
    ];

    expect(patchability(aScan({ os, findings, packages }))).toEqual({ patchable: true });
  });

  it('is unsupported otherwise, because the patch could not be verified', () => {
    const packages = [{ name: 'libssl3', version: '3.0.1' }];

    expect(patchability(aScan({ os, findings, packages }))).toEqual({
      patchable: false,
      reason: 'unsupported-os',
      detail: 'the image has no dpkg and no apt, and no file list (status.d/*.md5sums) of libssl3',
    });
  });
});

it('reports the end of life before any other reason', () => {
  const scan = aScan({ os: { family: 'debian', name: '10.13', endOfLife: true }, packages: [] });

  expect(patchability(scan)).toEqual({
    patchable: false,
    reason: 'end-of-life',
    detail: 'debian 10.13 no longer gets security updates',
  });
});
