import { KeptMessage, listPoison } from '../../pipeline/upkeep/replay-poison.ts';
import { type Command, OUTPUT_FORMATS } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { shortTime } from '../output/paint-state.ts';
import { listsFields, printSheet, SHEET_OPTIONS, type SheetColumn } from '../output/sheet.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';

const FIELDS = Object.keys(KeptMessage.shape);
const COLUMNS: readonly SheetColumn<KeptMessage>[] = [
  { title: 'SINCE', text: ({ poisonedAt }) => shortTime(poisonedAt) },
  { title: 'WHY', shrinksTo: 8, text: ({ why }) => why },
  { title: 'NAME', text: ({ name }) => name },
];

export const poisonListCommand: Command = {
  name: 'poison list',
  summary: 'List the messages that failed at every delivery.',
  about: ['The run goes on without such a message. The blob "poison/NAME" says more.'],
  options: [...SHEET_OPTIONS, ...STORAGE_OPTIONS],
  operands: [],
  examples: ['poison list'],
  outputs: OUTPUT_FORMATS,
  async run(invocation, context) {
    if (listsFields(invocation, FIELDS, context)) return ExitCode.ok;
    const items = await withStorage(invocation, context, ({ blobNames }) => listPoison(blobNames));
    const sheet = { items, columns: COLUMNS, none: 'There are no poison messages.' };
    printSheet(poisonListCommand, invocation, context, sheet, FIELDS);
    return ExitCode.ok;
  },
};
