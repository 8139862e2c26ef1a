import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { databaseCheck } from '../../../lib/doctor/database-check.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';
import { tarOf } from '../image/layer/layer-samples.ts';
import { CheckSetup } from './check-setup.ts';

const REPOSITORY = RepositoryName.parse('patchwright/trivy-db');
const TAG = Tag.parse('2');
const HOUR = 3_600_000;
const NOW = new Date('2026-11-23T02:00:00Z').getTime();
const hoursAgo = (hours: number) => new Date(NOW - hours * HOUR).toISOString();

async function outcomeOf(seed: {
  readonly created?: string;
  readonly layers?: readonly Uint8Array[];
}) {
  const setup = new CheckSetup();
  await seedImage(setup.world.registry, {
    repository: REPOSITORY,
    tags: [TAG],
    ...(seed.layers && { layers: seed.layers }),
    ...(seed.created && { annotations: { 'org.opencontainers.image.created': seed.created } }),
  });
  return setup.run(databaseCheck);
}

describe('the check of the database', () => {
  it.each([
    [-1, 'pass', '0 hours'],
    [1.5, 'pass', '1 hour'],
    [47.9, 'pass', '47 hours'],
    [72, 'pass', '3 days'],
    [73, 'warn', '3 days'],
    [14 * 24, 'warn', '14 days'],
    [14 * 24 + 1, 'fail', '14 days'],
  ])('returns for a database that is %d hours old: %s', async (hours, status, age) => {
    expect(await outcomeOf({ created: hoursAgo(hours) })).toMatchObject({
      status,
      detail: expect.stringContaining(`patchwright/trivy-db:2 is ${age} old`),
    });
  });

  it('reads the age from the database if it is not annotated', async () => {
    const text = JSON.stringify({ UpdatedAt: hoursAgo(96) });
    const layer = gzipSync(await tarOf([{ name: 'metadata.json', text }]));

    expect(await outcomeOf({ layers: [layer] })).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('4 days'),
    });
  });

  it('warns if the age is unknown', async () => {
    expect(await outcomeOf({})).toMatchObject({
      status: 'warn',
      detail: 'patchwright/trivy-db:2 does not say how old it is',
    });
  });

  it('fails if the image has no layer or is an index', async () => {
    expect(await outcomeOf({ layers: [] })).toMatchObject({
      status: 'fail',
      detail: 'patchwright/trivy-db:2 is not a Trivy database',
    });
    const setup = new CheckSetup();
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }));
    await setup.world.registry.putManifest(REPOSITORY, TAG, {
      bytes,
      mediaType: MediaType.ociIndex,
    });

    expect(await setup.run(databaseCheck)).toMatchObject({ status: 'fail' });
  });

  it('fails if there is none, and says how to import it', async () => {
    expect(await new CheckSetup().run(databaseCheck)).toMatchObject({
      status: 'fail',
      detail: 'the registry has no patchwright/trivy-db:2',
      whatToDo: expect.stringMatching(/az acr import .* --image patchwright\/trivy-db:2$/),
    });
  });
});
