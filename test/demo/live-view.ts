import { type Cell, type Column, textTable } from '../../lib/cli/output/text-table.ts';
import { isTerminal, type TargetState } from '../../lib/pipeline/records/target-states.ts';
import { type Palette, statePaint } from './palette.ts';
import type { GroupView, RunSnapshot, TargetView } from './run-snapshot.ts';

/** The number of finished steps, of five, for a target in this state. */
const STEPS_DONE: Readonly<Partial<Record<TargetState, number>>> = {
  queued: 0,
  scanning: 1,
  patching: 2,
  verifying: 3,
  publishing: 4,
};
const ALL_STEPS = 5;
const BAR_WIDTH = 24;
const MARGIN = '  ';

/** The state of the run as text for a terminal, redrawn at each change. */
export function liveView(
  snapshot: RunSnapshot,
  options: { readonly width: number; readonly height: number; readonly palette: Palette },
): string {
  const { palette } = options;
  const width = options.width - MARGIN.length;
  const groups = groupLines(snapshot.groups, width, palette);
  const room = Math.max(3, options.height - groups.length - 5);
  const lines = [
    headline(snapshot, options.width, palette),
    '',
    ...indent(targetLines(snapshot.targets, { width, room, palette })),
    '',
    ...indent(groups),
  ];
  return lines.join('\n');
}

function headline(snapshot: RunSnapshot, width: number, palette: Palette): string {
  const { runId, state, targets, seconds } = snapshot;
  const about: readonly Cell[] = [
    { text: runId, paint: palette.bold },
    { text: state, paint: statePaint(palette, state) },
    { text: `${seconds.toFixed(0)} s` },
  ];
  const ended = targets.filter((target) => isTerminal(target.state)).length;
  const count: Cell = { text: `${ended} of ${targets.length} ended` };
  const cells = targets.length === 0 ? about : [...about, progressBar(targets, palette), count];
  const inWidth = (shown: readonly Cell[]): string => {
    const columns = shown.map((_, at) => ({ title: '', ...(at === 0 && { shrinksTo: 6 }) }));
    return textTable(columns, [shown], { width })[1] ?? '';
  };
  const natural = cells.reduce((sum, { text }) => sum + text.length + 2, -2);
  return inWidth(natural <= width ? cells : cells.filter((_, at) => at !== about.length));
}

function progressBar(targets: readonly TargetView[], palette: Palette): Cell {
  const done = targets.reduce((sum, target) => sum + stepsDone(target.state), 0);
  const filled = Math.round((done / (targets.length * ALL_STEPS)) * BAR_WIDTH);
  return {
    text: '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled),
    paint: (text) => palette.green(text.slice(0, filled)) + palette.dim(text.slice(filled)),
  };
}

function targetLines(
  targets: readonly TargetView[],
  options: { readonly width: number; readonly room: number; readonly palette: Palette },
): string[] {
  const { palette, room, width } = options;
  // Active images come first, because ended ones matter less.
  const wanted = [...targets].sort((one, other) => weight(one) - weight(other)).slice(0, room);
  const shown = targets.filter((target) => wanted.includes(target));
  const rows = shown.map((target): readonly Cell[] => [
    { text: steps(target.state), paint: statePaint(palette, target.state) },
    { text: target.image },
    { text: target.state, paint: statePaint(palette, target.state) },
    { text: note(target), paint: palette.dim },
  ]);
  const columns: readonly Column[] = [
    { title: '' },
    { title: '', shrinksTo: 18, cut: 'left' },
    { title: '' },
    { title: '', shrinksTo: 0 },
  ];
  const [, ...lines] = textTable(columns, rows, { width });
  const hidden = targets.length - shown.length;
  return hidden === 0 ? lines : [...lines, palette.dim(`… and ${hidden} more`)];
}

function groupLines(groups: readonly GroupView[], width: number, palette: Palette): string[] {
  if (groups.length === 0) return [palette.dim('no container group is running')];
  const rows = groups.map((group): readonly Cell[] => [
    { text: group.name, paint: palette.dim },
    { text: group.state },
    { text: `${group.seconds.toFixed(0)} s` },
    { text: imagesText(group.images), paint: palette.dim },
  ]);
  const columns = [
    { title: 'Container groups' },
    { title: '' },
    { title: '', align: 'right' },
    { title: '', shrinksTo: 0 },
  ] as const;
  return textTable(columns, rows, { width, paintTitle: palette.bold });
}

export function imagesText(images: readonly string[]): string {
  const [first, ...more] = images;
  if (first === undefined) return '';
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}

function note(target: TargetView): string {
  if (target.reason !== undefined) return target.reason;
  if (target.patchTag !== undefined) return `as ${target.patchTag}`;
  return target.group === undefined ? '' : `in ${target.group}`;
}

function steps(state: TargetState): string {
  const done = stepsDone(state);
  return '●'.repeat(done) + '○'.repeat(ALL_STEPS - done);
}

function stepsDone(state: TargetState): number {
  return STEPS_DONE[state] ?? ALL_STEPS;
}

function weight(target: TargetView): number {
  return isTerminal(target.state) ? 1 : 0;
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => MARGIN + line);
}
