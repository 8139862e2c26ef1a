import { styleText } from 'node:util';
import { countsOf, type DoctorReport, overall, type Status } from '../../doctor/doctor-report.ts';
import type { CheckResult } from '../../doctor/outcome.ts';
import { wrapped } from '../output/wrap-text.ts';

/** This many checks in a row that were skipped for one reason share a line. */
const LEAST_FOLDED = 4;

const MARKS: Readonly<
  Record<Status, { readonly mark: string; readonly color: 'green' | 'yellow' | 'red' | 'dim' }>
> = {
  pass: { mark: '✓', color: 'green' },
  warn: { mark: '!', color: 'yellow' },
  fail: { mark: '✗', color: 'red' },
  skipped: { mark: '-', color: 'dim' },
};

/**
 * One aligned line for each check, with its faults and the advice below it. Checks that were skipped
 * for one reason share a line. Colors and wraps lines on a terminal.
 */
export function reportTable(
  report: DoctorReport,
  terminal: { readonly color: boolean; readonly columns: number | undefined },
): string {
  const results = folded(report.results);
  const idWidth = Math.max(...results.map(({ id }) => id.length));
  const indent = ' '.repeat(idWidth + 4);
  const room = (terminal.columns ?? Number.POSITIVE_INFINITY) - indent.length;
  const paint = (status: Status, text: string) =>
    terminal.color ? styleText(MARKS[status].color, text, { validateStream: false }) : text;
  const lines = results.flatMap((result) => {
    const [first = '', ...more] = wrapped(result.detail, room);
    const head = `${paint(result.status, MARKS[result.status].mark)} ${result.id.padEnd(idWidth)}  ${first}`;
    const faults = result.status === 'fail' ? (result.faults ?? []) : [];
    const listed = faults.flatMap((fault) => wrapped(`• ${fault}`, room));
    const advice = 'whatToDo' in result ? wrapped(`→ ${result.whatToDo}`, room) : [];
    return [head, ...[...more, ...listed, ...advice].map((line) => indent + line)];
  });
  return `${[...lines, '', totalLine(report), ...nextLines(report)].join('\n')}\n`;
}

type Shown =
  | CheckResult
  | { readonly id: string; readonly status: 'skipped'; readonly detail: string };

/** Replaces checks in a row that were skipped for one reason by their number. */
function folded(results: readonly CheckResult[]): readonly Shown[] {
  const rows: CheckResult[][] = [];
  for (const result of results) {
    const row = rows.at(-1);
    const isSame = result.status === 'skipped' && row?.[0]?.status === 'skipped';
    if (isSame && row[0]?.detail === result.detail) row.push(result);
    else rows.push([result]);
  }
  return rows.flatMap((row): readonly Shown[] => {
    const [first] = row;
    if (first?.status !== 'skipped' || row.length < LEAST_FOLDED) return row;
    return [{ id: `${row.length} checks`, status: 'skipped', detail: first.detail }];
  });
}

function totalLine({ results, startedAt, finishedAt }: DoctorReport): string {
  const counts = countsOf(results);
  const seconds = ((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1);
  const parts = [
    `${counts.pass} passed`,
    ...(counts.warn > 0 ? [`${counts.warn} ${counts.warn === 1 ? 'warning' : 'warnings'}`] : []),
    ...(counts.fail > 0 ? [`${counts.fail} failed`] : []),
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
  ];
  return `${parts.join(', ')} in ${seconds} s`;
}

function nextLines({ results, identity, probed, interrupted }: DoctorReport): string[] {
  const status = overall(results);
  const lines: string[] = [];
  const asked = results.some(({ id, status: one }) => id === 'identity' && one === 'pass');
  if (identity === 'signed-in' && asked) {
    lines.push(
      'The rights of the account signed in here were checked, not those of the app: see docs/cli.md.',
    );
  }
  if (interrupted)
    return [...lines, 'Interrupted: some checks did not run. Next: run the command again.'];
  if (status === 'fail') {
    return [...lines, 'Next: fix the first failure and run the command again.'];
  }
  if (!probed) {
    return [
      ...lines,
      'Next: run "patchwright doctor --probe" to test one container group of each kind.',
    ];
  }
  return status === 'warn' ? [...lines, 'Next: read the warnings, marked with "!".'] : lines;
}
