import { findImage } from '../../history/find-image.ts';
import { imageStory } from '../../history/image-story.ts';
import { imageLink } from '../../history/page-links.ts';
import { selectedBy } from '../../history/selected-by.ts';
import type { TargetView } from '../../history/target-view.ts';
import { type Command, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { shortTime } from '../output/paint-state.ts';
import { labeled } from '../runs/run-summary.ts';
import { named } from '../storage/named.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { openPage, WEB_OPTIONS } from '../web/open-page.ts';
import { imageSummary } from './image-summary.ts';

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
      return { story, rule: await selectedBy(history, image), retryAfter };
    });
    const { story, rule, retryAfter } = told;
    const last = story.history.find(({ runId }) => runId === story.runId);
    const steps = last === undefined ? [] : stepsOf(last);
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
      ],
      context,
    );
    context.stdout.write(`${[...imageSummary(story, context), ...more].join('\n')}\n`);
    return ExitCode.ok;
  },
};

/** Each change of state with its time. Rows of earlier versions have only the times of some. */
function stepsOf(target: TargetView): readonly string[] {
  const { events, state, discoveredAt, scannedAt, verifiedAt, finishedAt } = target;
  const step = (what: string, time: string | null) =>
    time === null ? [] : [`${time.slice(0, 19).replace('T', ' ')} ${what}`];
  if (events === null) {
    return [
      ...step('discovered', discoveredAt),
      ...step('scanned', scannedAt),
      ...step('verified', verifiedAt),
      ...step(state, finishedAt),
    ];
  }
  const told = events.split('\n').flatMap((line) => {
    const [time = '', ...words] = line.split(' ');
    return step(words.join(' '), time);
  });
  return [...step('discovered', discoveredAt), ...told];
}
