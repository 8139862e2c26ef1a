import { findImage } from '../../history/find-image.ts';
import { ImageStory, imageStory } from '../../history/image-story.ts';
import { imageLink } from '../../history/page-links.ts';
import type { CliContext } from '../cli-context.ts';
import { type Command, type Invocation, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { listsFields, printSheet, SHEET_OPTIONS, sheetLines } from '../output/sheet.ts';
import { named } from '../storage/named.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { openPage, WEB_OPTIONS } from '../web/open-page.ts';
import { imageSummary } from './image-summary.ts';
import { STORY_COLUMNS } from './story-columns.ts';

const FIELDS = Object.keys(ImageStory.shape);

export const imagesShowCommand: Command = {
  name: 'images show',
  summary: 'Show an image, and what the last 30 runs did about it.',
  about: [
    'IMAGE is REPOSITORY:TAG, a beginning that only one image has, the tag of a patch, or a digest',
    '(REPOSITORY@sha256:1f9a, or sha256:1f9a).',
  ],
  options: [...SHEET_OPTIONS, ...STORAGE_OPTIONS, ...WEB_OPTIONS],
  operands: ['IMAGE'],
  examples: ['images show team/api:1.4', 'images show sha256:1f9a --output json'],
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
  const story = await withStorage(invocation, context, async ({ history, address }) =>
    imageStory(history, named('image', name, await findImage(history, name), address)),
  );
  if (invocation.value('json') !== undefined) {
    const sheet = { items: [story], columns: [], none: '' };
    printSheet({ name: command }, invocation, context, sheet, FIELDS);
  } else if (invocation.output === 'json') {
    const document = { version: 1, command, image: story };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const none = 'No run is recorded.';
    const table = sheetLines({ items: story.history, columns: STORY_COLUMNS, none }, context);
    context.stdout.write(`${[...imageSummary(story, context), '', ...table].join('\n')}\n`);
  }
  return ExitCode.ok;
}
