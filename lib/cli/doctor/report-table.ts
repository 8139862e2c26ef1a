import { styleText } from 'node:util';
import { countsOf, type DoctorReport, overall, type Status } from '../../doctor/doctor-report.ts';
import { wrapped } from './wrap-text.ts';

const MARKS: Readonly<
  Record<Status, { readonly mark: string; readonly color: 'green' | 'yellow' | 'red' | 'dim' }>
> = {
  pass: { mark: '✓', color: 'green' },
  warn: { mark: '!', color: 'yellow' },
  fail: { mark: '✗', color: 'red' },
  skipped: { mark: '-', color: 'dim' },
};

/** One line a check, aligned, and below it what to do. Colors and wrapping where there is a terminal. */
export function reportTable(
  report: DoctorReport,
  terminal: { readonly color: boolean; readonly columns: number | undefined },
): string {
  const idWidth = Math.max(...report.results.map(({ id }) => id.length));
  const indent = ' '.repeat(idWidth + 4);
  const room = (terminal.columns ?? Number.POSITIVE_INFINITY) - indent.length;
  const paint = (status: Status, text: string) =>
    terminal.color ? styleText(MARKS[status].color, text, { validateStream: false }) : text;
  const lines = report.results.flatMap((result) => {
    const [first = '', ...more] = wrapped(result.detail, room);
    const head = `${paint(result.status, MARKS[result.status].mark)} ${result.id.padEnd(idWidth)}  ${first}`;
    const advice = 'whatToDo' in result ? wrapped(`→ ${result.whatToDo}`, room) : [];
    return [head, ...[...more, ...advice].map((line) => indent + line)];
  });
  return `${[...lines, '', totalLine(report), ...nextLines(report)].join('\n')}\n`;
}

function totalLine({ results, startedAt, finishedAt }: DoctorReport): string {
  const counts = countsOf(results);
  const seconds = ((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1);
  const parts = [
    `${counts.pass} passed`,
    ...(counts.warn > 0 ? [`${counts.warn} to look at`] : []),
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
      'Rights were checked of whoever is signed in here, not of the app’s identity: see docs/cli.md.',
    );
  }
  if (interrupted) return [...lines, 'Next: interrupted, so not all was looked at. Run it again.'];
  if (status === 'fail') {
    return [...lines, 'Next: mend what failed, from the top, and run it again.'];
  }
  if (!probed) {
    return [...lines, 'Next: "patchwright doctor --probe" tries one container group of each kind.'];
  }
  return status === 'warn' ? [...lines, 'Next: look at what is marked with "!".'] : lines;
}
