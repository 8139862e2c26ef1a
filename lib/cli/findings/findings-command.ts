import { FindingView, findingView } from '../../history/finding-view.ts';
import { FindingFilters, listFindings, VulnerabilityId } from '../../history/findings.ts';
import { UsageError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { PAGE_OPTIONS, tellPageEnd } from '../output/page-end.ts';
import { shortTime } from '../output/paint-state.ts';
import { listsFields, printSheet, SHEET_OPTIONS, type SheetColumn } from '../output/sheet.ts';
import { filtersOf } from '../storage/filters-of.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';

const FIELDS = Object.keys(FindingView.shape);

const COLUMNS: readonly SheetColumn<FindingView>[] = [
  { title: 'IMAGE', shrinksTo: 12, cut: 'left', text: ({ image }) => image },
  {
    title: 'STATE',
    text: ({ state }) => state,
    paint: ({ state }, color) =>
      state === 'fixed' ? color('green') : state === 'open' ? color('red') : color('dim'),
  },
  { title: 'SEVERITY', text: ({ severity }) => severity },
  { title: 'PACKAGES', shrinksTo: 8, text: ({ packages }) => packages },
  { title: 'INSTALLED', shrinksTo: 6, text: ({ installed }) => installed },
  { title: 'FIXED IN', shrinksTo: 6, text: ({ fixedVersion }) => fixedVersion },
  { title: 'SINCE', text: ({ seenSince }) => shortTime(seenSince) },
];

export const findingsCommand: Command = {
  name: 'findings',
  summary: 'Show where a vulnerability is.',
  about: [
    'Lists the tags that have it, without reading a report. "open" has a fix that is missing in the newest',
    'patch, "open-no-fix" has no fix yet, "fixed" is gone in the newest patch: deploy that patch. "gone" is',
    'shown only with --state gone.',
  ],
  options: [
    { name: 'state', value: 'STATES', about: 'only these: open, open-no-fix, fixed, gone' },
    { name: 'repository', value: 'NAME', about: 'only of this repository, or "team/*"' },
    ...PAGE_OPTIONS,
    ...SHEET_OPTIONS,
    ...STORAGE_OPTIONS,
  ],
  operands: ['VULNERABILITY'],
  examples: ['findings CVE-2026-109518', 'findings CVE-2026-109518 --state open --output tsv'],
  outputs: ['table', 'json', 'tsv'],
  async run(invocation, context) {
    if (listsFields(invocation, FIELDS, context)) return ExitCode.ok;
    const id = VulnerabilityId.safeParse(invocation.operands[0]);
    if (!id.success) throw new UsageError(`VULNERABILITY ${id.error.issues[0]?.message ?? ''}`);
    const filters = filtersOf(FindingFilters, invocation);
    const page = await withStorage(invocation, context, ({ history }) =>
      listFindings(history, id.data, filters),
    );
    const none = `No image has ${id.data}, as far as the scans tell.`;
    const items = page.items.map(findingView);
    const sheet = { items, columns: COLUMNS, none, more: { next: page.next } };
    printSheet(findingsCommand, invocation, context, sheet, FIELDS);
    tellPageEnd(findingsCommand, page, context);
    return ExitCode.ok;
  },
};
