import { findImage } from '../../history/find-image.ts';
import {
  type ImageReport,
  imageReport,
  type ReportedFinding,
  type ReportSource,
} from '../../history/image-report.ts';
import { latestReport } from '../../history/latest-report.ts';
import { imageLink } from '../../history/page-links.ts';
import { MAX_REPORT_BYTES } from '../../job/job-result.ts';
import { CliError } from '../cli-error.ts';
import { type Command, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { colorOf, type SheetColumn, sheetLines } from '../output/sheet.ts';
import { named } from '../storage/named.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { openPage, WEB_OPTIONS } from '../web/open-page.ts';
import { documentOf, REPORT_FORMATS } from './report-documents.ts';
import { noFindings, totals } from './report-totals.ts';

const COLUMNS: readonly SheetColumn<ReportedFinding>[] = [
  {
    title: 'STATUS',
    text: ({ status }) => status,
    paint: ({ status }, color) =>
      status === 'fixed' ? color('green') : status === 'open' ? color('red') : color('dim'),
  },
  { title: 'SEVERITY', text: ({ severity }) => severity },
  { title: 'VULNERABILITY', shrinksTo: 14, text: ({ id }) => id },
  { title: 'PACKAGE', shrinksTo: 8, text: (finding) => finding.package },
  { title: 'INSTALLED', shrinksTo: 6, text: ({ installed }) => installed },
  { title: 'FIXED IN', shrinksTo: 6, text: ({ fixed }) => fixed ?? null },
];

export const reportCommand: Command = {
  name: 'report',
  summary: 'Show the findings of an image before and after its patch.',
  about: [
    'Reads the two scans of the newest run that has them. "fixed" is gone in the patch; "open" has a fix',
    'and is still there; "no-fix" has none yet. IMAGE is as in "images show". The documents are for',
    'other programs: SARIF has what is open, CycloneDX the packages, OpenVEX what the patch fixed.',
  ],
  options: [
    {
      name: 'format',
      value: 'FORMAT',
      choices: REPORT_FORMATS,
      about: 'print a document instead of the table',
    },
    ...STORAGE_OPTIONS,
    ...WEB_OPTIONS,
  ],
  operands: ['IMAGE'],
  examples: ['report team/api:1.4', 'report team/api:1.4 --format sarif > team-api.sarif'],
  outputs: ONE_RESULT,
  async run(invocation, context) {
    const [name = ''] = invocation.operands;
    if (invocation.flag('web')) {
      return openPage(reportCommand, invocation, context, imageLink(name));
    }
    const report = await withStorage(invocation, context, async ({ history, address }) => {
      const image = named('image', name, await findImage(history, name), address);
      const target = await latestReport(history, image);
      const source = {
        ...history,
        largeReports: (work) => work(),
        mostBytes: MAX_REPORT_BYTES,
      } satisfies ReportSource;
      const read = target === undefined ? 'gone' : await imageReport(source, target);
      if (typeof read !== 'string') return read;
      throw new CliError(`no report of ${image.repository}:${image.tag} is kept`, {
        where: address,
        whatToDo: `patchwright why ${image.repository}:${image.tag}`,
        exitCode: ExitCode.notFound,
      });
    });
    const asJson = invocation.output === 'json' ? 'json' : undefined;
    const format = REPORT_FORMATS.find((one) => one === invocation.value('format')) ?? asJson;
    if (format !== undefined) {
      context.stdout.write(documentOf(format, report));
      return ExitCode.ok;
    }
    const { target, findings } = report;
    const color = colorOf(context);
    const none = noFindings(report);
    const table = sheetLines({ items: findings, columns: COLUMNS, none }, context);
    const head = `${color('bold')(`${target.repository}:${target.tag}`)}  ${patchOf(report)}`;
    context.stdout.write(`${[head, `  ${totals(report)}`, '', ...table].join('\n')}\n`);
    return ExitCode.ok;
  },
};

function patchOf({ target, after }: ImageReport): string {
  if (after === undefined) return 'no patch';
  return `patched by ${target.repository}:${target.patchTag ?? target.patchDigest ?? ''}`;
}
