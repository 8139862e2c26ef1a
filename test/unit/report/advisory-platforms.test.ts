import { expect, it } from 'vitest';
import { advisoryPlatform, hasAdvisories } from '../../../lib/report/advisory-platforms.ts';

it.each([
  ['debian', '12.5', 'debian 12'],
  ['debian', '12', 'debian 12'],
  ['debian', 'trixie/sid', 'debian trixie/sid'],
  ['ubuntu', '22.04', 'ubuntu 22.04'],
  ['ubuntu', '18.04-ESM', 'ubuntu 18.04-ESM'],
  ['alpine', '3.20.3', 'alpine 3.20'],
  ['alpine', '3.22.0_alpha20250108', 'alpine edge'],
  ['alma', '9.4', 'alma 9'],
  ['rocky', '9.3', 'rocky 9'],
  ['redhat', '9.4', 'Red Hat'],
  ['centos', '7.9.2009', 'Red Hat'],
  ['oracle', '8.9', 'Oracle Linux 8'],
  ['amazon', '2 (Karoo)', 'amazon linux 2'],
  ['amazon', '2023.6.20241010', 'amazon linux 2023'],
  ['amazon', 'AMI release 2018.03', 'amazon linux 1'],
  ['azurelinux', '3.0.20240727', 'Azure Linux 3.0'],
  ['cbl-mariner', '2.0.20240628', 'CBL-Mariner 2.0'],
  ['photon', '4.0', 'Photon OS 4.0'],
  ['sles', '15.6', 'SUSE Linux Enterprise 15.6'],
  ['slem', '5.5', 'SUSE Linux Enterprise Micro 5.5'],
  ['opensuse-leap', '15.6', 'openSUSE Leap 15.6'],
  ['opensuse-tumbleweed', '20241001', 'openSUSE Tumbleweed'],
  ['wolfi', '20230201', 'wolfi'],
])('maps %s %s to the bucket "%s"', (family, name, bucket) => {
  expect(advisoryPlatform({ family, name })).toBe(bucket);
});

it.each(['fedora', 'centos-stream', 'coreos', '', '__proto__'])(
  'has no bucket for "%s"',
  (family) => {
    expect(advisoryPlatform({ family, name: '1' })).toBeUndefined();
  },
);

it('has advisories only if the database has the bucket', () => {
  const os = { family: 'debian', name: '12.5' };

  expect(hasAdvisories(os, ['alpine 3.20', 'debian 12'])).toBe(true);
  expect(hasAdvisories(os, ['debian 1', 'debian 11', 'debian 120'])).toBe(false);
  expect(hasAdvisories({ family: 'fedora', name: '40' }, ['undefined'])).toBe(false);
});
