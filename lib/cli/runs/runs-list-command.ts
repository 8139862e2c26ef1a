import { RunFilters } from '../../history/filters.ts';
import { RunView, runView } from '../../history/run-view.ts';
import { listRuns } from '../../history/runs.ts';
import { RunState } from '../../pipeline/records/run.ts';
import type { Command } from '../command.ts';
import { OUTPUT_FORMATS } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { archivedRunsLine } from '../output/archived-runs-line.ts';
import { PAGE_OPTIONS, tellPageEnd } from '../output/page-end.ts';
import { listsFields, printSheet, SHEET_OPTIONS } from '../output/sheet.ts';
import { filtersOf } from '../storage/filters-of.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { RUN_COLUMNS } from './run-columns.ts';

const FIELDS = Object.keys(RunView.shape);

export const runsListCommand: Command = {
  name: 'runs list',
  summary: 'List the runs, newest first.',
  about: [],
  options: [
    { name: 'state', value: 'STATES', about: `only these: ${RunState.options.join(', ')}` },
    { name: 'reason', value: 'REASONS', about: 'only runs that failed for these reasons' },
    { name: 'trigger', value: 'TRIGGER', about: 'only runs by "schedule", or by "manual"' },
    { name: 'since', value: 'WHEN', about: 'only newer than an age (24h, 7d) or a time' },
    ...PAGE_OPTIONS,
    ...SHEET_OPTIONS,
    ...STORAGE_OPTIONS,
  ],
  operands: [],
  examples: [
    'runs list --since 7d --state failed,completed-with-failures',
    'runs list --json runId,state',
  ],
  outputs: OUTPUT_FORMATS,
  async run(invocation, context) {
    if (listsFields(invocation, FIELDS, context)) return ExitCode.ok;
    const filters = filtersOf(RunFilters, invocation);
    const { page, archived } = await withStorage(invocation, context, async ({ history }) => {
      const listed = await listRuns(history, filters, context.clock.now());
      return {
        page: listed,
        archived: listed.next === null ? await archivedRunsLine(history) : [],
      };
    });
    const sheet = {
      items: page.items.map(runView),
      columns: RUN_COLUMNS,
      none: 'There are no such runs.',
      more: { next: page.next },
    };
    printSheet(runsListCommand, invocation, context, sheet, FIELDS);
    tellPageEnd(runsListCommand, page, context);
    for (const line of archived) context.stderr.write(`${line}\n`);
    return ExitCode.ok;
  },
};
