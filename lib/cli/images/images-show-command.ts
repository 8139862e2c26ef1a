import { findImage } from '../../history/find-image.ts';
import { ImageStory, imageStory, StoryFilters } from '../../history/image-story.ts';
import { imageLink } from '../../history/page-links.ts';
import { stepsOf } from '../../history/target-steps.ts';
import type { CliContext } from '../cli-context.ts';
import { type Command, type Invocation, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { archivedRunsLine } from '../output/archived-runs-line.ts';
import { listsFields, printSheet, SHEET_OPTIONS, sheetLines } from '../output/sheet.ts';
import { labeled } from '../runs/run-summary.ts';
import { filtersOf } from '../storage/filters-of.ts';
import { named } from '../storage/named.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { openPage, WEB_OPTIONS } from '../web/open-page.ts';
import { imageSummary } from './image-summary.ts';
import { olderRunsText } from './older-runs.ts';
import { STEP_COLUMNS } from './step-columns.ts';
import { STORY_COLUMNS } from './story-columns.ts';

const FIELDS = Object.keys(ImageStory.shape);

export const imagesShowCommand: Command = {
  name: 'images show',
  summary: 'Show an image, and what the last 30 runs did about it, step by step.',
  about: [
    'IMAGE is REPOSITORY:TAG, a beginning that only one image has, the tag of a patch, or a digest',
    '(REPOSITORY@sha256:1f9a, or sha256:1f9a).',
  ],
  options: [
    { name: 'runs', value: 'N', about: 'what the last N runs did, from 1 to 1000 (30)' },
    ...SHEET_OPTIONS,
    ...STORAGE_OPTIONS,
    ...WEB_OPTIONS,
  ],
  operands: ['IMAGE'],
  examples: [
    'images show team/api:1.4',
    'images show team/api:1.4 --runs 365',
    'images show sha256:1f9a --output json',
  ],
  outputs: ONE_RESULT,
  run: (invocation, context) =>
    invocation.flag('web')
      ? openPage(imagesShowCommand, invocation, context, imageLink(invocation.operands[0] ?? ''))
      : showImage('images show', invocation, context),
};

/** Prints the story of an image. */
async function showImage(
  command: string,
  invocation: Invocation,
  context: CliContext,
): Promise<ExitCode> {
  if (listsFields(invocation, FIELDS, context)) return ExitCode.ok;
  const [name = ''] = invocation.operands;
  const filters = filtersOf(StoryFilters, invocation);
  const { story, archived } = await withStorage(
    invocation,
    context,
    async ({ history, address }) => {
      const image = named('image', name, await findImage(history, name), address);
      const told = await imageStory(history, image, filters);
      return { story: told, archived: told.olderRuns ? [] : await archivedRunsLine(history) };
    },
  );
  if (invocation.value('json') !== undefined) {
    const sheet = { items: [story], columns: [], none: '' };
    printSheet({ name: command }, invocation, context, sheet, FIELDS);
  } else if (invocation.output === 'json') {
    const document = { version: 1, command, image: story };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    context.stdout.write(`${[...storyLines(story, context), ...archived].join('\n')}\n`);
  }
  return ExitCode.ok;
}

/** The image now, what each run did, and each step of these runs. */
export function storyLines(
  story: ImageStory,
  context: Pick<CliContext, 'stdout' | 'environment'>,
): readonly string[] {
  const none = 'No run is recorded.';
  const runs = sheetLines({ items: story.history, columns: STORY_COLUMNS, none }, context);
  const items = story.history.flatMap(stepsOf);
  const steps = sheetLines({ items, columns: STEP_COLUMNS, none: 'No step is recorded.' }, context);
  const older = olderRunsText(story);
  return [
    ...[...imageSummary(story, context), '', ...runs, '', ...steps],
    ...(older === null ? [] : ['', ...labeled([['older', older]], context)]),
  ];
}
