import { archiveOf } from '../../history/archived-runs.ts';
import { findImage } from '../../history/find-image.ts';
import type { History } from '../../history/history.ts';
import { type ImageStory, imageStory } from '../../history/image-story.ts';
import { imageLink } from '../../history/page-links.ts';
import { selectedBy } from '../../history/selected-by.ts';
import { stepsOf, type TargetStep } from '../../history/target-steps.ts';
import { RunId } from '../../pipeline/records/run-id.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { type Command, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { shortTime } from '../output/paint-state.ts';
import { labeled } from '../runs/run-summary.ts';
import { named } from '../storage/named.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { openPage, WEB_OPTIONS } from '../web/open-page.ts';
import { imageSummary } from './image-summary.ts';
import { olderRunsText } from './older-runs.ts';
import { stepTime } from './step-columns.ts';

export const whyCommand: Command = {
  name: 'why',
  summary: 'Explain why an image is as it is, and what to do next.',
  about: [
    'Prints the rule of the policy that selected the image, its state and reason, each step of the last',
    'run with its time, its back-off, and what to do next. IMAGE is as in "images show".',
  ],
  options: [...STORAGE_OPTIONS, ...WEB_OPTIONS],
  operands: ['IMAGE'],
  examples: ['why team/api:1.4', 'why team/api'],
  outputs: ONE_RESULT,
  async run(invocation, context) {
    const [name = ''] = invocation.operands;
    if (invocation.flag('web')) return openPage(whyCommand, invocation, context, imageLink(name));
    const told = await withStorage(invocation, context, async ({ history, services, address }) => {
      const image = named('image', name, await findImage(history, name), address);
      const story = await imageStory(history, image);
      const { repository, sourceDigest: digest } = image;
      const known =
        digest === undefined
          ? undefined
          : await services.inventory.findImage({ repository, digest });
      const retryAfter = known?.retryAfter?.toISOString() ?? null;
      const [rule, archive] = [await selectedBy(history, image), await archiveNote(history, story)];
      return { story, rule, archive, retryAfter };
    });
    const { story, rule, archive, retryAfter } = told;
    const last = story.history.find(({ runId }) => runId === story.runId);
    const steps = last === undefined ? [] : stepsOf(last).map(stepText);
    if (invocation.output === 'json') {
      const document = { version: 1, command: 'why', image: story, rule, retryAfter };
      context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
      return ExitCode.ok;
    }
    const more = labeled(
      [
        ['rule', rule],
        ['steps', steps.length === 0 ? null : steps.join('\n')],
        ['backs off', retryAfter === null ? null : `until ${shortTime(retryAfter)}`],
        ['log', last?.log ?? null],
        ['earlier', `what each of the last runs did: patchwright images show ${story.image}`],
        ['older', olderRunsText(story)],
        ['archive', archive],
      ],
      context,
    );
    context.stdout.write(`${[...imageSummary(story, context), ...more].join('\n')}\n`);
    return ExitCode.ok;
  },
};

function stepText(step: TargetStep): string {
  const { state, reason, job } = step;
  return [stepTime(step), state, reason, job].filter((word) => word !== null).join(' ');
}

/** Where its last run is, if that is not in the tables any more. One operation. */
async function archiveNote(
  history: Pick<History, 'tables'>,
  story: Pick<ImageStory, 'runId' | 'history'>,
): Promise<string | null> {
  const id = RunId.safeParse(story.runId);
  if (!id.success || story.history.some(({ runId }) => runId === story.runId)) return null;
  const archive = await archiveOf(history, id.data);
  return archive === undefined ? null : `${CONTAINERS.archive}/${archive.blob} has its last run`;
}
