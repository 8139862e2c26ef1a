import { TargetFilters } from '../../history/filters.ts';
import { findRun } from '../../history/find-run.ts';
import { groupsHold } from '../../history/groups-hold.ts';
import { runLink } from '../../history/page-links.ts';
import { listTargets } from '../../history/run-targets.ts';
import { RunView, runView } from '../../history/run-view.ts';
import { targetView } from '../../history/target-view.ts';
import { isRunOver } from '../../pipeline/records/run.ts';
import { type Command, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { PAGE_OPTIONS, tellPageEnd } from '../output/page-end.ts';
import { listsFields, printSheet, SHEET_OPTIONS, sheetLines } from '../output/sheet.ts';
import { filtersOf } from '../storage/filters-of.ts';
import { named } from '../storage/named.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { openPage, WEB_OPTIONS } from '../web/open-page.ts';
import { runSummary } from './run-summary.ts';
import { TARGET_COLUMNS } from './target-columns.ts';

const FIELDS = Object.keys(RunView.shape);

export const runsShowCommand: Command = {
  name: 'runs show',
  summary: 'Show a run, and what it did about each image.',
  about: [
    'RUN is an id, a beginning that only one run has, or "latest" (the default). --json prints fields',
    'of the run alone.',
  ],
  options: [
    { name: 'state', value: 'STATES', about: 'only images in these states: failed,rejected' },
    { name: 'reason', value: 'REASONS', about: 'only images with these reasons' },
    { name: 'repository', value: 'NAME', about: 'only of this repository, or "team/*"' },
    ...PAGE_OPTIONS,
    ...SHEET_OPTIONS,
    ...STORAGE_OPTIONS,
    ...WEB_OPTIONS,
  ],
  operands: ['[RUN]'],
  examples: ['runs show', 'runs show 20261123 --state failed,rejected'],
  outputs: ONE_RESULT,
  async run(invocation, context) {
    if (listsFields(invocation, FIELDS, context)) return ExitCode.ok;
    const name = invocation.operands[0] ?? 'latest';
    if (invocation.flag('web')) {
      return openPage(runsShowCommand, invocation, context, runLink(name));
    }
    const filters = filtersOf(TargetFilters, invocation);
    const { run, page, hold } = await withStorage(
      invocation,
      context,
      async ({ history, address }) => {
        const found = named('run', name, await findRun(history, name), address);
        const hold = isRunOver(found) ? undefined : await groupsHold(history, context.clock.now());
        return { run: runView(found), hold, page: await listTargets(history, found.id, filters) };
      },
    );
    const items = page.items.map(targetView);
    if (invocation.value('json') !== undefined) {
      const sheet = { items: [run], columns: [], none: '' };
      printSheet(runsShowCommand, invocation, context, sheet, FIELDS);
    } else if (invocation.output === 'json') {
      const document = { version: 1, command: 'runs show', run, items, next: page.next };
      context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    } else {
      const none = 'No images match.';
      const table = sheetLines({ items, columns: TARGET_COLUMNS, none }, context);
      context.stdout.write(`${[...runSummary(run, context, hold), '', ...table].join('\n')}\n`);
      tellPageEnd({ name: `runs show ${run.runId}` }, page, context);
    }
    return ExitCode.ok;
  },
};
