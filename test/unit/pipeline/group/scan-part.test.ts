import { expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import { scanPart } from '../../../../lib/pipeline/group/scan-part.ts';
import { bySource } from '../../../../lib/pipeline/targets/job-targets.ts';
import { newRun } from '../new-run.ts';
import { target } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';
import { anAttempt } from './attempt.ts';

const SOURCE = digestOf('source');
const OTHER = digestOf('other');
const DATABASE = digestOf('database');
const RUN = newRun({ databaseDigest: DATABASE });

it('scans all images with the database that the run has pinned', async () => {
  const world = new UnitWorld();
  const images = bySource([
    target('a', 'v1', { sourceDigest: SOURCE }),
    target('a', 'v2', { sourceDigest: OTHER }),
  ]);

  const { name, size, part } = await scanPart(world.services, RUN, anAttempt('scan'), images);

  expect(name).toBe('worker');
  expect(size).toMatchObject({ cpu: 2, memoryGb: 4 });
  expect(part).toMatchObject({
    kind: 'scan',
    database: { repository: 'patchwright/trivy-db', digest: DATABASE },
    images: [
      { repository: 'a', digest: SOURCE },
      { repository: 'a', digest: OTHER },
    ],
  });
});

it('gives each image an address for its report in this attempt', async () => {
  const world = new UnitWorld();
  const images = bySource([target('a', 'v1', { sourceDigest: SOURCE })]);

  const { part } = await scanPart(world.services, RUN, anAttempt('scan', { attempt: 2 }), images);

  const [image] = part.kind === 'scan' ? part.images : [];
  await world.blobs.putThrough(image?.reportUrl ?? '', Buffer.from('{}'));
  expect(world.blobs.names('patchwright-results')).toEqual([
    `20261123T020000Z-7f3a/scan-1/2/${SOURCE.replace(':', '-')}.json`,
  ]);
});

it('scans an image once that is in two repositories', async () => {
  const images = bySource([
    target('a', 'v1', { sourceDigest: SOURCE }),
    target('b', 'v1', { sourceDigest: SOURCE }),
  ]);

  const { part } = await scanPart(new UnitWorld().services, RUN, anAttempt('scan'), images);

  expect(part.images).toHaveLength(1);
});

it('scans the staged patch in a verify job', async () => {
  const stagedRepository = RepositoryName.parse('patchwright/staging/a');
  const images = bySource([
    target('a', 'v1', { sourceDigest: SOURCE, staged: OTHER, stagedRepository }),
  ]);

  const { part } = await scanPart(new UnitWorld().services, RUN, anAttempt('verify'), images);

  expect(part.images).toMatchObject([{ repository: stagedRepository, digest: OTHER }]);
});

it('throws in a run without a database', async () => {
  const scan = scanPart(new UnitWorld().services, newRun(), anAttempt('scan'), []);

  await expect(scan).rejects.toThrow('no vulnerability database');
});
