import { demoImages } from '../images/demo-images.ts';
import type { Prepared } from '../real/prepare.ts';
import { startRealWorld } from '../real/real-world.ts';
import { pushLayout } from '../world/registry/push-layout.ts';
import { seedImages } from '../world/seed/seed-images.ts';
import { type Expectation, unexpectedOutcomes } from './expectation.ts';
import { everyTag, type Scenario } from './scenario.ts';
import { expectationsOf } from './stand-in-scenario.ts';

/** Images of the stand-ins that need no advisories, so the real tools give the same outcome. */
const WITHOUT_ADVISORIES = ['legacy/reports', 'tools/busybox'];

/** Real Debian images and the production tools. */
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
    intro: describeTools(prepared),
    async seed(world) {
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
  // Its apt has no package source with the fixes.
  { image: 'team/worker:3.1', state: 'skipped', reason: 'no-op-patch' },
];

/** The parts of a scenario that do not depend on the image. */
export function realTools(prepared: Prepared): Pick<Scenario, 'tools' | 'limitMinutes' | 'start'> {
  return {
    tools: prepared.tools.versions,
    limitMinutes: 45,
    start: (world) => startRealWorld({ prepared, world }),
  };
}

export function describeTools({ tools, noCage }: Prepared): readonly string[] {
  const { trivy, copa, 'patchwright-builder': builder } = tools.versions;
  return [
    `Trivy ${trivy}, Copa ${copa}, Patchwright's builder of BuildKit ${builder}; advisories of Debian's own packages`,
    noCage === undefined
      ? 'Each container runs in a cage that allows what an ordinary Azure container group allows.'
      : `Containers run as plain processes, since no cage works here: ${noCage}`,
  ];
}
