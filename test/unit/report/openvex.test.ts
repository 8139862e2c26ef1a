import { expect, it } from 'vitest';
import { Digest } from '../../../lib/image/digest.ts';
import { RegistryHost, RepositoryName } from '../../../lib/image/reference.ts';
import type { Finding, InstalledPackage } from '../../../lib/report/finding.ts';
import { openVex } from '../../../lib/report/openvex.ts';
import { aFinding } from './report-samples.ts';

const DIGEST = Digest.parse(`sha256:${'a'.repeat(64)}`);

function vexOf(fixed: readonly Finding[], packages: readonly InstalledPackage[] = []): string {
  const bytes = openVex({
    image: {
      host: RegistryHost.parse('reg.azurecr.io'),
      repository: RepositoryName.parse('team/api'),
    },
    digest: DIGEST,
    fixed,
    packages,
    timestamp: '2026-11-23T02:00:00Z',
    author: 'Patchwright',
    id: 'https://example.org/vex/1',
  });
  return new TextDecoder().decode(bytes);
}

it('lists for each vulnerability the packages of the patch in which it is fixed', () => {
  const openssl = aFinding({ purl: 'pkg:deb/debian/openssl@3.0.11' });
  const libssl = aFinding({ package: 'libssl3', purl: 'pkg:deb/debian/libssl3@3.0.11' });
  const packages = ['openssl', 'libssl3', 'apt'].map((name) => ({
    name,
    version: '3.0.17',
    purl: `pkg:deb/debian/${name}@3.0.17`,
  }));

  const document = JSON.parse(vexOf([openssl, libssl], packages));

  expect(document).toEqual({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example.org/vex/1',
    author: 'Patchwright',
    timestamp: '2026-11-23T02:00:00Z',
    version: 1,
    statements: [
      {
        vulnerability: { name: 'CVE-2024-0001' },
        products: [
          {
            '@id': `pkg:oci/api@${DIGEST}?repository_url=reg.azurecr.io/team/api`,
            subcomponents: [
              { '@id': 'pkg:deb/debian/libssl3@3.0.17' },
              { '@id': 'pkg:deb/debian/openssl@3.0.17' },
            ],
          },
        ],
        status: 'fixed',
      },
    ],
  });
});

it('returns the same bytes for any order of the findings', () => {
  const findings = ['CVE-3', 'CVE-1', 'CVE-2'].map((id) =>
    aFinding({ id, purl: `pkg:deb/x@${id}` }),
  );

  const documents = new Set([vexOf(findings), vexOf(findings.toReversed())]);

  expect(documents.size).toBe(1);
  expect([...documents][0]?.indexOf('CVE-1')).toBeLessThan(
    [...documents][0]?.indexOf('CVE-2') ?? 0,
  );
});

it('omits the subcomponents if a package has no purl', () => {
  const document = JSON.parse(vexOf([aFinding()]));

  expect(document.statements[0].products[0]).not.toHaveProperty('subcomponents');
});
