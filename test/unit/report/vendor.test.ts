import { expect, it } from 'vitest';
import { scanOf } from '../../../lib/report/finding.ts';
import { parseTrivyReport } from '../../../lib/report/trivy-report.ts';
import { vendorOf } from '../../../lib/report/vendor.ts';

interface Image {
  readonly os: Readonly<Record<string, string>>;
  readonly packages?: readonly (readonly [name: string, version: string])[];
  readonly labels?: Readonly<Record<string, string>>;
}

function vendor({ os, packages = [['apt', '2.6.1']], labels = {} }: Image) {
  const report = {
    SchemaVersion: 2,
    Metadata: { OS: os, ImageConfig: { config: { Labels: labels } } },
    Results: [
      { Class: 'os-pkgs', Packages: packages.map(([Name, Version]) => ({ Name, Version })) },
    ],
  };
  const parsed = parseTrivyReport(Buffer.from(JSON.stringify(report)));
  return parsed.ok ? vendorOf(scanOf(parsed.value)) : expect.fail(parsed.fault);
}

const DEBIAN = { Family: 'debian', Name: '12.5' };
const ALPINE = { Family: 'alpine', Name: '3.20.3' };

it.each<[string, Image]>([
  ['Root.io', { os: DEBIAN, packages: [['openssl', '3.0.15-1~deb12u1.root.io.1']] }],
  ['Root.io', { os: ALPINE, packages: [['openssl', '3.3.2-r10071']] }],
  ['Seal Security', { os: DEBIAN, packages: [['seal-wget', '1.21.3']] }],
  ['Seal Security', { os: { ...ALPINE, Supplier: 'seal' } }],
  ['RapidFort', { os: { Family: 'ubuntu', Name: '22.04', Supplier: 'rapidfort' } }],
  [
    'RapidFort',
    { os: { Family: 'ubuntu', Name: '22.04' }, packages: [['libc6', '2.35-1build1+rf.1']] },
  ],
  ['Chainguard', { os: { Family: 'wolfi', Name: '20230201' } }],
  ['Chainguard', { os: { Family: 'chainguard', Name: '20230214' } }],
  ['Docker', { os: DEBIAN, labels: { 'com.docker.dhi.name': 'dhi/python' } }],
])('recognizes an image of %s', (name, image) => {
  expect(vendor(image)).toBe(name);
});

it.each<[string, Image]>([
  ['of Debian', { os: DEBIAN }],
  ['of Alpine', { os: ALPINE, packages: [['busybox', '1.36.1-r29']] }],
  ['with other labels', { os: DEBIAN, labels: { 'com.docker.compose.project': 'dhi' } }],
])('sees no vendor in an image %s', (_, image) => {
  expect(vendor(image)).toBeUndefined();
});
