import { styleText } from 'node:util';
import { plainText } from '../../text/plain-text.ts';
import type { CliContext } from '../cli-context.ts';
import { UsageError } from '../cli-error.ts';
import type { CommandSpec, Invocation, OptionSpec } from '../command.ts';
import { nearest } from '../nearest.ts';
import { type Column, type Paint, textTable } from './text-table.ts';

const LONGEST_TEXT = 2000;
/** Of a table that is not on a terminal: nothing is cut. */
const ANY_WIDTH = Number.MAX_SAFE_INTEGER;

/** A column of the table, and of `--output tsv`. */
export interface SheetColumn<Item> extends Column {
  readonly text: (item: Item) => string | number | null;
  readonly paint?: (item: Item, color: Color) => Paint | undefined;
}

/** Colors a text if the terminal has colors and nobody turned them off. */
export type Color = (color: 'green' | 'yellow' | 'red' | 'dim' | 'bold') => Paint;

/** A list to print. */
export interface Sheet<Item extends object> {
  readonly items: readonly Item[];
  readonly columns: readonly SheetColumn<Item>[];
  /** Printed instead of an empty table. */
  readonly none: string;
  /** More members of `--output json`. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Options of commands that print lists. */
export const SHEET_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'json',
    value: 'FIELDS',
    isValueOptional: true,
    about: 'print only these fields, as JSON; without FIELDS, list the fields',
  },
];

/** True if `--json` came without fields. Prints the fields. */
export function listsFields(
  invocation: Invocation,
  fields: readonly string[],
  { stdout }: Pick<CliContext, 'stdout'>,
): boolean {
  if (!invocation.flag('json')) return false;
  stdout.write(`${fields.join('\n')}\n`);
  return true;
}

/** Prints a list in the format that was asked for. */
export function printSheet<Item extends object>(
  command: Pick<CommandSpec, 'name'>,
  invocation: Invocation,
  context: CliContext,
  sheet: Sheet<Item>,
  fields: readonly string[],
): void {
  const { stdout } = context;
  const wanted = invocation.value('json');
  if (wanted !== undefined) {
    const names = chosenFields(wanted, fields);
    stdout.write(
      `${JSON.stringify(
        sheet.items.map((item) => picked(item, names)),
        null,
        2,
      )}\n`,
    );
  } else if (invocation.output === 'json') {
    const { items, more } = sheet;
    const document = { version: 1, command: command.name, items, ...more };
    stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else if (invocation.output === 'tsv') {
    for (const item of sheet.items) {
      stdout.write(`${sheet.columns.map(({ text }) => cellText(text(item))).join('\t')}\n`);
    }
  } else {
    stdout.write(`${sheetLines(sheet, context).join('\n')}\n`);
  }
}

/** The lines of a table that fits the terminal. */
export function sheetLines<Item extends object>(
  { items, columns, none }: Pick<Sheet<Item>, 'items' | 'columns' | 'none'>,
  context: Pick<CliContext, 'stdout' | 'environment'>,
): readonly string[] {
  if (items.length === 0) return [none];
  const color = colorOf(context);
  const rows = items.map((item) =>
    columns.map(({ text, paint }) => {
      const painted = paint?.(item, color);
      return { text: cellText(text(item)), ...(painted !== undefined && { paint: painted }) };
    }),
  );
  const width = context.stdout.isTerminal ? (context.stdout.columns ?? 80) : ANY_WIDTH;
  return textTable(columns, rows, { width, paintTitle: color('bold') });
}

/** https://no-color.org: any value that is not empty turns colors off. */
export function colorOf({
  stdout,
  environment,
}: Pick<CliContext, 'stdout' | 'environment'>): Color {
  const { NO_COLOR, TERM } = environment;
  const colored = stdout.isTerminal && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
  return (color) => (text) => (colored ? styleText(color, text, { validateStream: false }) : text);
}

/** One line of visible characters: rows hold text of images. */
function cellText(value: string | number | null): string {
  if (value === null) return '-';
  if (typeof value === 'number') return String(value);
  return plainText(value, LONGEST_TEXT);
}

function chosenFields(wanted: string, fields: readonly string[]): readonly string[] {
  const names = wanted.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !fields.includes(name));
  if (unknown === undefined) return names;
  const meant = nearest(unknown, fields);
  const hint = meant === undefined ? '"--json" alone lists the fields' : `did you mean "${meant}"?`;
  throw new UsageError(`there is no field "${plainText(unknown, 100)}": ${hint}`);
}

function picked(item: object, names: readonly string[]): object {
  const known = new Map<string, unknown>(Object.entries(item));
  return Object.fromEntries(names.map((name) => [name, known.get(name) ?? null]));
}
