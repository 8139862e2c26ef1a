import { describe, expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { NO_LEASE } from '../../lib/pipeline/lease.ts';
import { heldElsewhere } from '../../lib/pipeline/marks/hold-repository.ts';
import type { PipelineOptions } from '../../lib/pipeline/services.ts';
import { reap } from '../../lib/pipeline/upkeep/reap.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const [API, WEB] = [RepositoryName.parse('team/api'), RepositoryName.parse('team/web')];
const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];

/** An installation named `here`, on a registry where another one holds team/web. */
async function installation(pipeline: Partial<PipelineOptions> = {}) {
  const world = new PipelineWorld({
    policy: {
      version: 'v1',
      repositories: [API, WEB].map((repository) => ({ repository, tags: ['*'] })),
    },
    script: { report: (layers) => debianReport(layers.length > 1 ? [] : OUTDATED) },
    pipeline: { installation: Tag.parse('here'), ...pipeline },
  });
  await world.seedDatabase();
  for (const repository of [API, WEB]) {
    const config = { config: { Labels: { repository } } };
    await seedImage(world.registry, { repository, tags: [Tag.parse('v1')], config });
  }
  const { registry, options } = world.services;
  const another = { registry, options: { ...options, installation: Tag.parse('another') } };
  await heldElsewhere(another, WEB, NO_LEASE);
  const marks = async (repository: string) =>
    (await registry.listTags(RepositoryName.parse(`patchwright/claims/${repository}`)))?.tags.map(
      ({ tag }) => tag,
    );
  return { world, marks };
}

describe('two installations on one registry', () => {
  it('patch each repository from the one that marked it first', async () => {
    const { world, marks } = await installation();

    const { id, warnings } = await world.run();

    expect(await world.target(id, API, 'v1')).toMatchObject({ state: 'patched' });
    expect(await world.target(id, WEB, 'v1')).toMatchObject({
      state: 'skipped',
      reason: 'claimed-elsewhere',
      detail: 'the installation another patches team/web',
    });
    expect([await marks(API), await marks(WEB)]).toEqual([['here'], ['another']]);
    expect(warnings).toContain('another installation patches team/web: 1 image skipped');
  });

  it('leave the other’s staging alone', async () => {
    const { world } = await installation();
    const staging = RepositoryName.parse('patchwright/staging/team/web');
    const pushed = await seedImage(world.registry, {
      repository: staging,
      tags: [Tag.parse('patch-of-another')],
      config: { config: {} },
    });

    const { id } = await world.run();
    world.clock.advance({ seconds: 81 * 60 });
    await reap(world.services);

    expect((await world.runAt(id)).lastLookAt).toBeUndefined();

    expect(await world.registry.manifest(staging, pushed.digest)).toBeDefined();
  });

  it('mark nothing in a dry run', async () => {
    const { world, marks } = await installation({ dryRun: true });

    const { id } = await world.run();

    expect(await world.target(id, API, 'v1')).toMatchObject({ state: 'planned' });
    expect(await marks(API)).toBeUndefined();
  });
});
