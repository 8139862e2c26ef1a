import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { groupSpecOf } from '../../../../lib/pipeline/group/group-spec.ts';
import { NO_LEASE } from '../../../../lib/pipeline/lease.ts';
import { containerOf } from '../../../../lib/pipeline/records/container-names.ts';
import type { JobKind } from '../../../../lib/pipeline/records/job.ts';
import type { PipelineOptions } from '../../../../lib/pipeline/services.ts';
import { bySource } from '../../../../lib/pipeline/targets/job-targets.ts';
import { debianReport } from '../../../pipeline/debian-report.ts';
import { newRun } from '../new-run.ts';
import { storeReport } from '../results/report-blobs.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { anAttempt } from './attempt.ts';

const CREDENTIAL = { server: 'registry.example.com', username: 'user', password: 'password' };
const SCANNER = RepositoryName.parse('patchwright/worker-scan');
const PATCHER = RepositoryName.parse('patchwright/worker-patch');
const WORKERS = {
  scanWorkerImage: { repository: SCANNER, reference: `${SCANNER}@${digestOf('scan')}` },
  patchWorkerImage: { repository: PATCHER, reference: `${PATCHER}@${digestOf('patch')}` },
};

/** The group for two images. */
async function groupOf(kind: JobKind, builder: PipelineOptions['builder'] = { kind: 'standard' }) {
  const world = new UnitWorld({ pipeline: { ...WORKERS, builder } });
  const apt = { id: 'CVE-1', package: 'apt', fixed: '1.1' };
  await storeReport(world, 'before.json', debianReport([apt]));
  const staged = { staged: digestOf('staged'), stagedRepository: RepositoryName.parse('s') };
  const images = bySource(
    ['a', 'b'].map((name) => target(name, 'v1', { reportBefore: 'before.json', ...staged })),
  );
  const run = newRun({ databaseDigest: digestOf('database') });
  const spec = await groupSpecOf(world.services, run, anAttempt(kind), images, {
    lease: NO_LEASE,
    imageCredential: CREDENTIAL,
  });
  return { world, spec, images };
}

it.each(['scan', 'verify'] as const)(
  'has one container for all images of a %s job',
  async (kind) => {
    const { spec } = await groupOf(kind);

    expect(spec.containers.map(({ name }) => name)).toEqual(['worker']);
    expect(spec).toMatchObject({
      name: `pw-${kind}-1-1`,
      image: `registry.example.com/${WORKERS.scanWorkerImage.reference}`,
    });
  },
);

it('has a container for each image of a patch job', async () => {
  const { spec, images } = await groupOf('patch');

  expect(spec.containers.map(({ name }) => name)).toEqual(images.map(containerOf));
  expect(spec.image).toBe(`registry.example.com/${WORKERS.patchWorkerImage.reference}`);
});

it.each([
  ['patch', 'confidential', 'Confidential', true],
  ['patch', 'standard', 'Standard', false],
  ['scan', 'confidential', 'Standard', false],
] as const)('is for a %s job with the builder %s: %s, privileged: %s', async (...expected) => {
  const [kind, builder, sku, privileged] = expected;

  expect((await groupOf(kind, { kind: builder })).spec).toMatchObject({ sku, privileged });
});

it('is pulled with the credential that it is given', async () => {
  expect((await groupOf('patch')).spec.imageCredential).toEqual(CREDENTIAL);
});

it('has tags by which the reaper finds it, ten minutes after its deadline', async () => {
  const { spec } = await groupOf('scan');

  expect(spec.tags).toEqual({
    'managed-by': 'patchwright',
    'patchwright-run': '20261123T020000Z-7f3a',
    'patchwright-job': 'scan-1',
    'patchwright-expires-at': '2026-11-23T02:50:00.000Z',
  });
});
