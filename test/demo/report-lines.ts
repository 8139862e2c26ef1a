import type { Run } from '../../lib/pipeline/records/run.ts';
import { type DemoReport, endedWell, hasCompleted, runSeconds } from './demo-report.ts';
import { disturbanceLines } from './disturbance-lines.ts';
import { outcomeTable, tableLegend } from './outcome-table.ts';
import type { Palette } from './palette.ts';

/** The report for people: the table, the total, the checks, the problems. */
export function reportLines(
  report: DemoReport,
  options: { readonly width: number; readonly palette: Palette },
): string[] {
  const { palette, width } = options;
  const { run, checks, unexpected } = report;
  const mark = (ok: boolean) => (ok ? palette.green('✓') : palette.red('✗'));
  return [
    ...faultLines(run, palette),
    ...outcomeTable(report.outcomes, options),
    '',
    `  ${palette.bold(totals(run))}`,
    `  ${palette.dim(tableLegend(width))}`,
    ...warningLines(run, palette),
    '',
    ...(report.disturbance === undefined ? [] : disturbanceLines(report.disturbance, options)),
    ...checks.map(({ ok, text }) => `  ${mark(ok)} ${text}`),
    `  ${mark(unexpected.length === 0)} ${unexpected.length === 0 ? 'every image ended as expected' : 'not every image ended as expected'}`,
    ...unexpected.map((text) => `    ${palette.red(text)}`),
    ...problemLines(report),
  ];
}

function faultLines(run: Run, palette: Palette): string[] {
  if (hasCompleted(run)) return [];
  const detail = (run.detail ?? '').split('\n').map((line) => `    ${line}`);
  return [
    `  ${palette.red(`The run ended ${run.state}: ${run.reason ?? 'no reason'}`)}`,
    ...detail,
    '',
  ];
}

/** Formats `9 images in 21.4 s: 5 patched, 2 clean (1 partly covered), 2 skipped`. */
function totals(run: Run): string {
  const counted = [
    [run.patched, 'patched'],
    [run.clean, run.cleanPartly === 0 ? 'clean' : `clean (${run.cleanPartly} partly covered)`],
    [run.alreadyPatched, 'already patched'],
    [run.planned, 'planned'],
    [run.waiting, 'waiting'],
    [run.skipped, 'skipped'],
    [run.rejected, 'rejected'],
    [run.failed, 'failed'],
    [run.canceled, 'canceled'],
  ] as const;
  const shown = counted.filter(([count]) => count > 0).map(([count, state]) => `${count} ${state}`);
  const images = run.targets === 1 ? '1 image' : `${run.targets} images`;
  return `${images} in ${runSeconds(run).toFixed(1)} s: ${shown.join(', ')}`;
}

/** Such as an old database: `clean` then tells less than it says. */
function warningLines({ warnings }: Run, palette: Palette): string[] {
  const lines = warnings?.split('\n') ?? [];
  return lines.map((line) => `  ${palette.yellow(`! ${line}`)}`);
}

/** Warnings of the app and the host, shown only if something went wrong. */
function problemLines(report: DemoReport): string[] {
  if (endedWell(report) || report.problems.length === 0) return [];
  return [
    '',
    '  The last warnings and errors of the app:',
    ...report.problems.map((text) => `    ${text}`),
  ];
}
