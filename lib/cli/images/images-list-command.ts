import { ImageFilters } from '../../history/filters.ts';
import { ImageView, imageView } from '../../history/image-view.ts';
import { listImages } from '../../history/images.ts';
import { SEVERITIES } from '../../report/finding.ts';
import { type Command, OUTPUT_FORMATS } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { PAGE_OPTIONS, tellPageEnd } from '../output/page-end.ts';
import { listsFields, printSheet, SHEET_OPTIONS } from '../output/sheet.ts';
import { filtersOf } from '../storage/filters-of.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { IMAGE_COLUMNS } from './image-columns.ts';

const FIELDS = Object.keys(ImageView.shape);

export const imagesListCommand: Command = {
  name: 'images list',
  summary: 'List the present state of the images.',
  about: [
    'CRIT, HIGH and FIX count the findings of the image that the tag names; "-" is unknown. --cve reads no',
    'report; "patchwright findings" tells the state of the vulnerability in each image.',
  ],
  options: [
    {
      name: 'severity',
      value: 'SEVERITY',
      about: `with findings this bad: ${SEVERITIES.join(', ')}`,
    },
    { name: 'cve', value: 'VULNERABILITY', about: 'with this one, also if their patch fixes it' },
    { name: 'repository', value: 'NAME', about: 'only of this repository, or "team/*"' },
    { name: 'state', value: 'STATES', about: 'only in these states: failed,rejected' },
    { name: 'reason', value: 'REASONS', about: 'only with these reasons' },
    {
      name: 'fixable',
      value: 'true|false',
      about: 'only with, or without, findings that have a fix',
    },
    { name: 'scanned-before', value: 'WHEN', about: 'with a newest scan older than 48h or a time' },
    { name: 'since', value: 'WHEN', about: 'with an outcome newer than 24h or a time' },
    { name: 'changed-in', value: 'RUN', about: 'changed by this run' },
    { name: 'present', value: 'true|false', about: '"false" for images that are gone' },
    ...PAGE_OPTIONS,
    ...SHEET_OPTIONS,
    ...STORAGE_OPTIONS,
  ],
  operands: [],
  examples: [
    'images list --severity high --repository "team/*"',
    'images list --cve CVE-2026-109518 --repository "team/*"',
    'images list --state failed,rejected --json image,reason,detail',
  ],
  outputs: OUTPUT_FORMATS,
  async run(invocation, context) {
    if (listsFields(invocation, FIELDS, context)) return ExitCode.ok;
    const filters = filtersOf(ImageFilters, invocation);
    const page = await withStorage(invocation, context, ({ history }) =>
      listImages(history, filters, context.clock.now()),
    );
    const sheet = {
      items: page.items.map(imageView),
      columns: IMAGE_COLUMNS,
      none: 'There are no such images.',
      more: { next: page.next },
    };
    printSheet(imagesListCommand, invocation, context, sheet, FIELDS);
    tellPageEnd(imagesListCommand, page, context);
    return ExitCode.ok;
  },
};
