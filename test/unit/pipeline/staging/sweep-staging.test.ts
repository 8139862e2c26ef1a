import { expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { NO_LEASE } from '../../../../lib/pipeline/lease.ts';
import { heldElsewhere } from '../../../../lib/pipeline/marks/hold-repository.ts';
import { sweepStaging } from '../../../../lib/pipeline/staging/sweep-staging.ts';
import { RegistryError } from '../../../../lib/registry/registry.ts';
import { job } from '../run/run-samples.ts';
import { UnitWorld } from '../unit-world.ts';

const STAGING = 'patchwright/staging/team/api';
const JOBS = [job('patch-1', { repositories: [RepositoryName.parse('team/api')] }), job('scan-1')];

async function stagedWorld() {
  const world = new UnitWorld();
  await world.push(STAGING, 'patch-1-1-image-0');
  await world.push(STAGING);
  world.clock.advance({ seconds: 61 });
  return world;
}

it('deletes every manifest, tagged or not', async () => {
  const world = await stagedWorld();

  expect(await sweepStaging(world.services, JOBS)).toBe(true);

  expect(world.digests(STAGING)).toEqual([]);
  expect(world.logged('orphan deleted from staging')).toHaveLength(2);
});

it('keeps everything in the staging of a repository that another installation has taken over', async () => {
  const world = await stagedWorld();
  const { services } = world;
  const named = (name: string) => ({
    ...services,
    options: { ...services.options, installation: Tag.parse(name) },
  });
  await heldElsewhere(named('another'), RepositoryName.parse('team/api'), NO_LEASE);

  expect(await sweepStaging(named('here'), JOBS)).toBe(true);
  expect(world.digests(STAGING)).toHaveLength(2);

  expect(await sweepStaging(named('another'), JOBS)).toBe(true);
  expect(world.digests(STAGING)).toEqual([]);
});

it('keeps what was pushed within the last minute, and says so', async () => {
  const world = await stagedWorld();
  const young = await world.push(STAGING, 'patch-2-1-image-0');
  world.clock.advance({ seconds: 60 });

  expect(await sweepStaging(world.services, JOBS)).toBe(false);

  expect(world.digests(STAGING)).toEqual([young]);
});

it('goes on with the others if one is locked, and says that it is left', async () => {
  const world = await stagedWorld();
  const [locked = ''] = world.digests(STAGING);
  const remove = world.registry.deleteManifest.bind(world.registry);
  world.registry.deleteManifest = async (repository, digest) => {
    if (digest === locked) throw new RegistryError('locked', 'it is locked');
    return remove(repository, digest);
  };

  expect(await sweepStaging(world.services, JOBS)).toBe(false);

  expect(world.digests(STAGING)).toEqual([locked]);
});

it('does nothing while a run is active', async () => {
  const world = await stagedWorld();
  await world.addRun();

  expect(await sweepStaging(world.services, JOBS)).toBe(false);

  expect(world.digests(STAGING)).toHaveLength(2);
});

it('has nothing to do without a patch job, even during a run', async () => {
  const world = await stagedWorld();
  await world.addRun();

  expect(await sweepStaging(world.services, [job('scan-1')])).toBe(true);
});

it('reports a failure of the registry, and throws any other', async () => {
  const world = await stagedWorld();
  world.registry.deleteManifest = async () => Promise.reject(new RegistryError('denied', 'no'));
  expect(await sweepStaging(world.services, JOBS)).toBe(false);
  expect(world.logged('staging not swept')).toEqual([{ repository: STAGING, code: 'denied' }]);

  world.registry.deleteManifest = async () => Promise.reject(new TypeError('a bug'));
  await expect(sweepStaging(world.services, JOBS)).rejects.toThrow('a bug');
});
