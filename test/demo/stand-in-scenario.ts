import { type DemoImage, demoImages } from '../images/demo-images.ts';
import { seedDatabase, seedImages } from '../world/seed/seed-images.ts';
import { startWorld } from '../world/world.ts';
import { type Expectation, unexpectedOutcomes } from './expectation.ts';
import { everyTag, type Scenario } from './scenario.ts';

/** The images of the stand-ins: small, but with real package databases in real layers. */
export function standInScenario(): Scenario {
  let expected: readonly Expectation[] = [];
  return {
    intro: ['Stand-ins replace Trivy and Copa. For the real ones: npm run demo -- --real'],
    tools: undefined,
    limitMinutes: 5,
    start: startWorld,
    async seed({ registry }) {
      const all = await demoImages({ registry: registry.host });
      const shown = all.filter((image) => image.shown);
      await seedImages(registry, shown);
      await seedDatabase(registry);
      expected = expectationsOf(shown);
      return everyTag(shown.map((image) => image.repository));
    },
    judge(outcomes, excused = new Set()) {
      const counts = ({ image }: { readonly image: string }) => !excused.has(image);
      return unexpectedOutcomes(expected.filter(counts), outcomes.filter(counts));
    },
  };
}

export function expectationsOf(images: readonly DemoImage[]): Expectation[] {
  return images.flatMap(({ repository, expected }) =>
    expected.map(({ tag, ...rest }) => ({ image: `${repository}:${tag}`, ...rest })),
  );
}
