import { describe, expect, it } from 'vitest';
import { aciGroupBody, MAX_GROUP_BODY_BYTES } from '../../../../lib/containers/aci-group-body.ts';
import { GroupName } from '../../../../lib/containers/container-groups.ts';
import { digestOf } from '../../../../lib/image/digest.ts';
import { FixableFinding, MAX_FINDINGS } from '../../../../lib/job/job-file.ts';
import { fitsGroup } from '../../../../lib/pipeline/group/container-size.ts';
import {
  type ContainerPart,
  containerSpec,
} from '../../../../lib/pipeline/group/container-spec.ts';
import { UnitWorld } from '../unit-world.ts';
import { anAttempt, PATCH_PART, SCAN_PART } from './attempt.ts';

/** Sizes in Azure: a token with the scopes of a patch, an address that an identity signed. */
const TOKEN_LENGTH = 2500;
const ADDRESS_LENGTH = 700;
/** A certificate or key with 4,096 bits of RSA. */
const pem = 'x'.repeat(3300);
const REMOTE = {
  kind: 'remote',
  address: 'tcp://buildkit.internal.example.com:1234',
  tls: { ca: pem, cert: pem, key: pem },
} as const;

const FINDING = FixableFinding.parse({
  id: 'CVE-2026-1234567',
  package: 'libwebkit2gtk-4.1-0-something',
  installed: '2:2.42.1~beta3-1~deb12u10+b1',
  fixed: '2:2.48.5~beta3-1~deb12u11+b2',
});

/** A patch of one image with so many findings. */
function patchPart(findings: number): ContainerPart {
  const { part } = PATCH_PART;
  if (!('toolingMirrors' in part)) throw new Error('not a patch');
  const list = Array.from({ length: findings }, () => FINDING);
  return {
    ...PATCH_PART,
    part: { ...part, images: part.images.map((image) => ({ ...image, findings: list })) },
  };
}

/** A scan of so many images. */
function scanPart(images: number): ContainerPart {
  const { part } = SCAN_PART;
  if (!('database' in part)) throw new Error('not a scan');
  const reportUrl = `https://storage.test/${'x'.repeat(ADDRESS_LENGTH)}`;
  const list = part.images.flatMap((image) =>
    Array.from({ length: images }, () => ({ ...image, reportUrl })),
  );
  return { ...SCAN_PART, part: { ...part, images: list } };
}

/** The bytes of the request for a group with these containers. */
async function sizeOf(parts: readonly ContainerPart[], extraCa?: string): Promise<number> {
  const world = new UnitWorld({ pipeline: { builder: REMOTE, ...(extraCa && { extraCa }) } });
  const { registry, blobs } = world;
  const mint = registry.mintToken.bind(registry);
  registry.mintToken = async (scopes) => {
    const token = await mint(scopes);
    return { ...token, token: token.token.padEnd(TOKEN_LENGTH, 'x') };
  };
  const sign = blobs.readOnlyUrl.bind(blobs);
  blobs.readOnlyUrl = async (...of) => (await sign(...of)).padEnd(ADDRESS_LENGTH, 'x');
  const containers = await Promise.all(
    parts.map((part, nth) =>
      containerSpec(world.services, anAttempt(part.part.kind), { ...part, name: `image-${nth}` }),
    ),
  );
  const password = 'x'.repeat(TOKEN_LENGTH);
  const spec = {
    name: GroupName.parse('pw-patch-0123456789abcdef-1'),
    sku: 'Standard',
    privileged: false,
    image: `registry.example.com/patchwright/worker-patch@${digestOf('worker')}`,
    imageCredential: { server: 'registry.example.com', username: 'x'.repeat(36), password },
    containers,
    tags: { job: 'x'.repeat(100), run: 'x'.repeat(100) },
  } as const;
  return Buffer.byteLength(JSON.stringify(aciGroupBody(spec, 'westeurope', 'x'.repeat(200))));
}

describe('the request for a container group', () => {
  it('has the same size for one finding and for the most findings', async () => {
    const [few, many] = [await sizeOf([patchPart(1)]), await sizeOf([patchPart(MAX_FINDINGS)])];

    expect(many).toBe(few);
  });

  it.each([
    ['long certificates', pem, 2],
    ['a short authority', pem.slice(0, 1000), 2],
    ['no authority', undefined, 3],
  ])(
    'stays below 64 KB with as many images as fit, a remote builder and %s',
    async (_, ca, most) => {
      const small = { cpu: 1, memoryGb: 1, diskGb: 1 };
      const fits = (count: number) =>
        fitsGroup(Array(count).fill(small), { builder: REMOTE, extraCa: ca });
      const count = [4, 3, 2, 1].find(fits) ?? 0;

      const size = await sizeOf(
        Array.from({ length: count }, () => patchPart(1)),
        ca,
      );

      expect(count).toBe(most);
      expect(size).toBeLessThan(MAX_GROUP_BODY_BYTES);
    },
  );

  it('has the same size for one image to scan and for the most images', async () => {
    const [one, many] = [await sizeOf([scanPart(1)]), await sizeOf([scanPart(200)])];

    expect(many).toBe(one);
    expect(many).toBeLessThan(MAX_GROUP_BODY_BYTES / 4);
  });
});
