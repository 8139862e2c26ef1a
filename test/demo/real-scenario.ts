import { DATABASE_REPOSITORY, DATABASE_TAG } from '../images/advisories/demo-database.ts';
import { demoImages } from '../images/demo-images.ts';
import type { Prepared } from '../real/prepare.ts';
import { pushLayout } from '../world/registry/push-layout.ts';
import { seedImages } from '../world/seed/seed-images.ts';
import type { World } from '../world/world.ts';
import { type Expectation, unexpectedOutcomes } from './expectation.ts';
import { everyTag, type Scenario } from './scenario.ts';
import { expectationsOf } from './stand-in-scenario.ts';

/** Of the stand-ins' images those that need no advisory, which the real tools judge alike. */
const WITHOUT_ADVISORIES = ['legacy/reports', 'tools/busybox'];
const MIRROR = 'patchwright/mirror';

/** Real Debian images, and the tools that are used in production. */
export function realScenario(prepared: Prepared): Scenario {
  const { images } = prepared;
  const made = [
    { repository: 'team/api', tags: ['1.4', '1.4.2'], layout: images.outdated },
    { repository: 'platform/base', tags: ['12'], layout: images.clean },
    { repository: 'team/worker', tags: ['3.1'], layout: images.unpatchable },
  ];
  let further: readonly Expectation[] = [];
  return {
    ...realTools(prepared),
    intro: [describeTools(prepared)],
    async seed(world) {
      await seedRealWorld(world, prepared);
      for (const { repository, tags, layout } of made) {
        const { tag: reference, folder } = layout;
        await pushLayout(world.registry, folder, { repository, tags, reference });
      }
      const all = await demoImages({ registry: world.registry.host });
      const others = all.filter((image) => WITHOUT_ADVISORIES.includes(image.repository));
      await seedImages(world.registry, others);
      further = expectationsOf(others);
      return everyTag([...made, ...others].map((image) => image.repository));
    },
    judge: (outcomes) => unexpectedOutcomes([...EXPECTED, ...further], outcomes),
  };
}

const EXPECTED: readonly Expectation[] = [
  { image: 'team/api:1.4', state: 'patched', publishes: '1.4-1' },
  { image: 'team/api:1.4.2', state: 'patched', publishes: '1.4.2-1' },
  { image: 'platform/base:12', state: 'clean' },
  // Its apt knows no repository that has the fixes.
  { image: 'team/worker:3.1', state: 'failed', reason: 'package-manager-failed' },
];

/** The parts of a scenario that are the same for every image. */
export function realTools(
  prepared: Prepared,
): Pick<Scenario, 'tools' | 'toolsFolder' | 'limitMinutes'> {
  const { binFolder, versions } = prepared.tools;
  return { tools: versions, toolsFolder: binFolder, limitMinutes: 45 };
}

export function describeTools(prepared: Prepared): string {
  const { trivy, copa, buildkitd } = prepared.tools.versions;
  return `Trivy ${trivy}, Copa ${copa}, BuildKit ${buildkitd} and runc; advisories of Debian's own packages`;
}

/** The vulnerability database, and the mirror of the images that Copa takes its tools from. */
export async function seedRealWorld(world: World, prepared: Prepared): Promise<void> {
  const { registry } = world;
  const { layout } = prepared.database;
  await pushLayout(registry, layout.folder, {
    repository: DATABASE_REPOSITORY,
    tags: [DATABASE_TAG],
    reference: layout.tag,
  });
  for (const image of prepared.images.tooling) {
    const host = image.upstream.slice(0, image.upstream.indexOf('/'));
    await pushLayout(registry, image.layout.folder, {
      repository: `${MIRROR}/${host}/${image.repository}`,
      tags: [image.tag],
      reference: image.layout.tag,
    });
  }
}
