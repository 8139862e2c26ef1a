import { expect, it } from 'vitest';
import { patchPart } from '../../../../lib/pipeline/group/patch-part.ts';
import { NO_LEASE } from '../../../../lib/pipeline/lease.ts';
import { containerOf } from '../../../../lib/pipeline/records/container-names.ts';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import type { PipelineOptions } from '../../../../lib/pipeline/services.ts';
import { bySource } from '../../../../lib/pipeline/targets/job-targets.ts';
import { debianReport, scratchReport } from '../../../pipeline/debian-report.ts';
import { storeReport } from '../results/report-blobs.ts';
import { pushSource, STAGING } from '../results/staged-image.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { anAttempt } from './attempt.ts';

const APT = { id: 'CVE-1', package: 'apt', fixed: '1.1' };
const TLS = { ca: 'ca', cert: 'cert', key: 'key' };

/** The container for a source whose apt has a fix. */
async function partOf(
  changes: Partial<Target> = {},
  options: Partial<PipelineOptions> = {},
  report: unknown = debianReport([APT, { id: 'CVE-2', package: 'zlib1g' }]),
) {
  const world = new UnitWorld({ pipeline: options });
  const source = await pushSource(world);
  await storeReport(world, 'before.json', report);
  const own = target('a', 'v1', { sourceDigest: source, reportBefore: 'before.json', ...changes });
  const [image] = bySource([own]);
  if (image === undefined) throw new Error('there is no image');
  const { name, size, part } = await patchPart(world.services, anAttempt('patch'), image, NO_LEASE);
  if (part.kind !== 'patch') throw new Error('it does not patch');
  return { world, source, name, size, part, container: containerOf(image) };
}

it('patches the findings that have a fix, from the digest of the source', async () => {
  const { source, name, part, container } = await partOf();

  expect(name).toBe(container);
  expect(part).toMatchObject({ repository: 'a', staging: STAGING });
  expect(part.images).toEqual([
    {
      digest: source,
      stagingTag: `patch-1-1-${container}`,
      os: { family: 'debian', name: '12.7' },
      architecture: 'amd64',
      findings: [{ id: 'CVE-1', package: 'apt', installed: '1.0', fixed: '1.1' }],
    },
  ]);
});

it('passes on the architecture of the source', async () => {
  const { part } = await partOf({ architecture: 'arm64' });

  expect(part.images).toMatchObject([{ architecture: 'arm64' }]);
});

it.each([
  [undefined, 2],
  [1024 ** 3, 3],
  [2 * 1024 ** 3, 4],
])('gives the container for %d compressed bytes %d GB of memory', async (bytes, memoryGb) => {
  expect((await partOf({ sourceBytes: bytes })).size.memoryGb).toBe(memoryGb);
});

it("patches a copy of a source that has Copa's label", async () => {
  const { world, source, part, container } = await partOf({ needsCopy: true });

  const [copy] = world.digests(STAGING);
  expect(copy).toBeDefined();
  expect(part.images).toMatchObject([{ digest: source, copy }]);
  const { tags } = (await world.registry.listTags(STAGING)) ?? {};
  expect(tags).toMatchObject([{ tag: `patch-1-1-${container}-copy`, digest: copy }]);
});

it('makes no copy of another source', async () => {
  const { world, part } = await partOf();

  expect(part.images[0]).not.toHaveProperty('copy');
  expect(world.digests(STAGING)).toEqual([]);
});

it('names the address of a remote builder only', async () => {
  const builder = { kind: 'remote', address: 'tcp://buildkit.test:1234', tls: TLS } as const;

  expect((await partOf({}, { builder })).part.buildkitAddress).toBe('tcp://buildkit.test:1234');
  expect((await partOf()).part).not.toHaveProperty('buildkitAddress');
});

it('names the mirrors of the tooling images', async () => {
  const { part } = await partOf();

  expect(part.toolingMirrors).toContainEqual({
    upstream: 'docker.io',
    mirror: 'registry.example.com/patchwright/mirror/docker.io',
  });
});

it('throws if the report names no operating system', async () => {
  await expect(partOf({}, {}, scratchReport)).rejects.toThrow('no operating system');
});
