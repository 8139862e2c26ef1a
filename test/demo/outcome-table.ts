import { type Cell, type Column, textTable } from '../../lib/cli/output/text-table.ts';
import type { DemoOutcome, Findings } from './outcome.ts';
import { totalOf } from './outcome.ts';
import { type Palette, statePaint } from './palette.ts';

/** From this width on, each severity is shown; below it, the totals. */
const WIDE = 100;
const MARGIN = '  ';

/** The table of outcomes as lines of at most `width` columns. */
export function outcomeTable(
  outcomes: readonly DemoOutcome[],
  options: { readonly width: number; readonly palette: Palette },
): string[] {
  const { width, palette } = options;
  const wide = width >= WIDE;
  const count = wide ? bySeverity : sum;
  const columns: readonly Column[] = [
    // The tag matters more than the start of the repository's name.
    { title: 'Image', shrinksTo: 14, cut: 'left' },
    { title: 'Outcome', shrinksTo: 8 },
    { title: 'Before', align: wide ? 'left' : 'right' },
    { title: 'After', align: wide ? 'left' : 'right' },
    { title: 'New tag', shrinksTo: 9, cut: 'left' },
    { title: 'Reason' },
    { title: 'Seconds', align: 'right' },
  ];
  const rows = outcomes.map((outcome): readonly Cell[] => [
    { text: outcome.image },
    { text: outcome.state, paint: statePaint(palette, outcome.state) },
    { text: count(outcome.before) },
    { text: count(outcome.after) },
    { text: outcome.state === 'patched' ? (outcome.patchTag ?? '') : '', paint: palette.green },
    { text: outcome.reason ?? coverageText(outcome) },
    { text: outcome.seconds.toFixed(1), paint: palette.dim },
  ]);
  const lines = textTable(columns, rows, {
    width: width - MARGIN.length,
    paintTitle: palette.bold,
  });
  return lines.map((line) => MARGIN + line);
}

/** Explains the letters and numbers of Before and After. */
export function tableLegend(width: number): string {
  return width >= WIDE
    ? 'Before and After: findings, C critical, H high, M medium, L low, ? unknown'
    : 'Before and After: findings of any severity';
}

/** A clean image says how many of its packages are covered, unless all are. */
function coverageText({ coverage }: DemoOutcome): string {
  return coverage === undefined ? '' : `${coverage.covered} of ${coverage.all} covered`;
}

function sum(findings: Findings | undefined): string {
  return findings === undefined ? '' : String(totalOf(findings));
}

/** Formats `4C 21H 60M 6L`; `0` if there are none. */
function bySeverity(findings: Findings | undefined): string {
  if (findings === undefined) return '';
  const { critical, high, medium, low, unknown } = findings;
  const counted = [
    [critical, 'C'],
    [high, 'H'],
    [medium, 'M'],
    [low, 'L'],
    [unknown, '?'],
  ] as const;
  const shown = counted.filter(([count]) => count > 0).map(([count, letter]) => count + letter);
  return shown.length === 0 ? '0' : shown.join(' ');
}
