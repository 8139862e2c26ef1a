import type { Prepared } from '../real/prepare.ts';
import { pushLayout } from '../world/registry/push-layout.ts';
import { DemoProblem } from './demo-problem.ts';
import type { DemoOutcome } from './outcome.ts';
import type { OwnImage } from './own-image.ts';
import { describeTools, realTools } from './real-scenario.ts';
import type { Scenario } from './scenario.ts';

/** One image of the user. Its outcome is unknown, but it must not fail. */
export function ownImageScenario(prepared: Prepared, image: OwnImage): Scenario {
  const { repository, tag, reference } = image;
  return {
    ...realTools(prepared),
    intro: [
      ...describeTools(prepared),
      `Your image is ${repository}:${tag}. The vulnerability database covers only Debian 12.`,
    ],
    async seed(world) {
      try {
        await pushLayout(world.registry, image.folder, {
          repository,
          tags: [tag],
          ...(reference !== undefined && { reference }),
        });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new DemoProblem(`The image could not be put into the registry: ${why}`);
      }
      return [{ repository, tags: [tag] }];
    },
    judge: (outcomes) => (outcomes.length === 0 ? ['no image was discovered'] : failures(outcomes)),
  };
}

function failures(outcomes: readonly DemoOutcome[]): string[] {
  return outcomes
    .filter(({ state }) => state === 'failed' || state === 'rejected' || state === 'canceled')
    .map(({ image, state, reason, detail }) => {
      const why = [reason, detail].filter((part) => part !== undefined).join(': ');
      return `${image} ${state === 'canceled' ? 'was canceled' : state} (${why})`;
    });
}
