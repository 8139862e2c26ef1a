import { expect, it } from 'vitest';
import { mirrorCheck } from '../../../lib/doctor/mirror-check.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { MIRRORED_SYSTEMS, toolingImages } from '../../../lib/report/tooling-images.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';
import { CheckSetup } from './check-setup.ts';

/** Mirrors one image of each system: Copa's own copy, or the original. */
async function setupWith(which: 'first' | 'last', except?: number): Promise<CheckSetup> {
  const setup = new CheckSetup();
  for (const [at, system] of MIRRORED_SYSTEMS.entries()) {
    const image = toolingImages(system)?.at(which === 'first' ? 0 : -1);
    if (image === undefined || at === except) continue;
    await seedImage(setup.world.registry, {
      repository: RepositoryName.parse(`patchwright/mirror/${image.upstream}/${image.repository}`),
      tags: [Tag.parse(image.tag)],
    });
  }
  return setup;
}

it.each(['first', 'last'] as const)(
  'passes if only the %s image of each system is mirrored',
  async (which) => {
    expect(await (await setupWith(which)).run(mirrorCheck)).toEqual({
      status: 'pass',
      detail: `all ${MIRRORED_SYSTEMS.length} images are in the mirror`,
    });
  },
);

it('warns of a system without an image and gives the command that imports the original', async () => {
  const [system = { family: '', name: '' }] = MIRRORED_SYSTEMS;
  const { upstream, repository, tag } = toolingImages(system)?.at(-1) ?? {};
  const name = `${upstream}/${repository}:${tag}`;

  const outcome = await (await setupWith('last', 0)).run(mirrorCheck);

  expect(outcome).toMatchObject({
    status: 'warn',
    detail: `no tooling image ${name}: systems that need one can’t be patched`,
    whatToDo: expect.stringContaining(`--source ${name} --image patchwright/mirror/${name}.`),
  });
});

it('is skipped without a builder', async () => {
  const setup = new CheckSetup({ pipeline: { builder: { kind: 'none' } } });

  expect(await setup.run(mirrorCheck)).toMatchObject({ status: 'skipped' });
});
