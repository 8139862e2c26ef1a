import { expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RegistryHost, RepositoryName } from '../../../lib/image/reference.ts';
import type { Scan } from '../../../lib/report/finding.ts';
import { sbom } from '../../../lib/report/sbom.ts';
import { aScan } from './report-samples.ts';

const digest = digestOf('patch');

function bomOf(scan: Scan) {
  const bytes = sbom({
    image: {
      host: RegistryHost.parse('reg.azurecr.io'),
      repository: RepositoryName.parse('team/api'),
    },
    digest,
    scan,
    timestamp: '2026-11-23T02:00:00Z',
    author: 'Patchwright',
  });
  return JSON.parse(new TextDecoder().decode(bytes));
}

it('names the image by its digest', () => {
  expect(bomOf(aScan()).metadata.component).toMatchObject({
    type: 'container',
    version: digest,
    purl: `pkg:oci/api@${digest}?repository_url=reg.azurecr.io/team/api`,
  });
});

it('lists the operating system and every package, with its purl if it has one', () => {
  const purl = 'pkg:deb/debian/openssl@3.0.17';
  const packages = [
    { name: 'apt', version: '2.6' },
    { name: 'openssl', version: '3.0.17', purl },
  ];

  expect(bomOf(aScan({ packages })).components).toEqual([
    { type: 'operating-system', 'bom-ref': 'debian@12.5', name: 'debian', version: '12.5' },
    { type: 'library', 'bom-ref': '0:apt@2.6', name: 'apt', version: '2.6' },
    { type: 'library', 'bom-ref': `1:${purl}`, name: 'openssl', version: '3.0.17', purl },
  ]);
});

it('gives each component a reference of its own', () => {
  const twice = { name: 'libc6', version: '2.36' };

  const { components } = bomOf(aScan({ packages: [twice, twice] }));

  const refs = components.map((one: { 'bom-ref': string }) => one['bom-ref']);
  expect(new Set(refs).size).toBe(refs.length);
});
