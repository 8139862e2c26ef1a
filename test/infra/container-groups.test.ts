import { beforeAll, describe, expect, it } from 'vitest';
import { type AciGroupBody, aciGroupBody } from '../../lib/containers/aci-group-body.ts';
import type { GroupSpec } from '../../lib/containers/container-groups.ts';
import { SUBNET, startedConfidential, startedRemote, TLS } from './container-group-resource.ts';
import { ContainerGroupBody } from './container-group-schema.ts';
import type { StartedGroups } from './started-groups.ts';

let confidential: StartedGroups;
let remote: StartedGroups;

beforeAll(async () => {
  confidential = await startedConfidential();
  remote = await startedRemote();
});

function bodyOf(spec: GroupSpec | undefined, subnet?: string): AciGroupBody {
  if (spec === undefined) throw new Error('that group was not started');
  return aciGroupBody(spec, 'westeurope', subnet);
}

function faultsOf(body: unknown): readonly string[] {
  const parsed = ContainerGroupBody.safeParse(JSON.parse(JSON.stringify(body)));
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('the request for a container group', () => {
  it.each([
    ['scan', () => confidential.specs[0]],
    ['patch, Confidential', () => confidential.specs[1]],
    ['verify', () => confidential.specs[2]],
    ['patch, remote BuildKit', () => remote.specs[1]],
  ])('for %s is valid for the API version', (_, spec) => {
    expect(faultsOf(bodyOf(spec()))).toEqual([]);
  });

  it('in a subnet is valid for the API version', () => {
    expect(faultsOf(bodyOf(confidential.specs[0], SUBNET))).toEqual([]);
  });

  it('is privileged only for a Confidential patch group', () => {
    const contexts = [...confidential.specs, ...remote.specs].map((spec) => [
      spec.containers[0]?.command.at(-1),
      bodyOf(spec).properties.sku,
      bodyOf(spec).properties.containers[0]?.properties.securityContext,
    ]);

    expect(contexts).toEqual([
      ['scan', 'Standard', undefined],
      ['patch', 'Confidential', { privileged: true }],
      ['scan', 'Standard', undefined],
      ['scan', 'Standard', undefined],
      ['patch', 'Standard', undefined],
      ['scan', 'Standard', undefined],
    ]);
  });

  it('gives the TLS files of a remote BuildKit only to the patch group', () => {
    const files = [...confidential.specs, ...remote.specs].map(({ containers }) =>
      containers
        .flatMap(({ secretFiles }) => Object.entries(secretFiles))
        .filter(([name]) => name.startsWith('buildkit-')),
    );

    expect(files).toEqual([
      [],
      [],
      [],
      [],
      [
        ['buildkit-ca.pem', TLS.ca],
        ['buildkit-cert.pem', TLS.cert],
        ['buildkit-key.pem', TLS.key],
      ],
      [],
    ]);
  });

  it('gives the group no identity, and no token in its environment', () => {
    for (const spec of [...confidential.specs, ...remote.specs]) {
      const body = JSON.stringify(bodyOf(spec));

      expect(body).not.toContain('identity');
      expect(JSON.stringify(spec.containers.map(({ environment }) => environment))).not.toMatch(
        /token|sig=/i,
      );
    }
  });
});

describe('the schema of requests', () => {
  const good = () => structuredClone(bodyOf(confidential.specs[1]));

  it.each<[string, (body: ReturnType<typeof good>) => unknown, string]>([
    ['an unknown field', (body) => ({ ...body, zone: '1' }), 'zone'],
    [
      'a privileged container on Standard',
      (body) => ({ ...body, properties: { ...body.properties, sku: 'Standard' } }),
      'SecurityContextNotSupported',
    ],
    [
      'a mount without a volume',
      (body) => ({ ...body, properties: { ...body.properties, volumes: [] } }),
      'has no volume',
    ],
    ['a tag that is too long', (body) => ({ ...body, tags: { job: 'x'.repeat(257) } }), 'tags.job'],
    ['a region with a space', (body) => ({ ...body, location: 'West Europe' }), 'location'],
  ])('refuses %s', (_, change, expected) => {
    expect(faultsOf(change(good())).join('\n')).toContain(expected);
  });
});
