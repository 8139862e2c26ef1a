/** Colors a text; returns it unchanged without colors. */
export type Paint = (text: string) => string;

export interface Cell {
  readonly text: string;
  readonly paint?: Paint;
}

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** The column may shrink to this many characters if the table would be too wide. */
  readonly shrinksTo?: number;
  /** The end of a text that is cut if it is too long; the right one by default. */
  readonly cut?: 'left' | 'right';
}

const GAP = '  ';
const plain: Paint = (text) => text;

/** Aligned lines of at most `width` characters: the titles, then the rows. */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: { readonly width: number; readonly paintTitle?: Paint },
): string[] {
  const titles = columns.map((column): Cell => {
    const { paintTitle } = options;
    return { text: column.title, ...(paintTitle && { paint: paintTitle }) };
  });
  const lines = [titles, ...rows];
  const widths = fitted(
    columns,
    columns.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.text.length ?? 0))),
    options.width,
  );
  return lines.map((cells) =>
    columns
      .map((column, at) => renderCell(cells[at] ?? { text: '' }, widths[at] ?? 0, column))
      .join(GAP)
      .trimEnd(),
  );
}

/**
 * Shrinks the flexible columns, the first one first, until the table fits. If that is not enough, the
 * last columns are left out: a part of a date or a count says the wrong thing.
 */
function fitted(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  for (let shown = columns.length; shown > 1; shown -= 1) {
    const widths = shrunk(columns, natural.slice(0, shown), width);
    if (widthOf(widths) <= width) return natural.map((_, at) => widths[at] ?? 0);
  }
  return natural.map((wanted, at) => (at === 0 ? Math.min(wanted, width) : 0));
}

function shrunk(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  let excess = widthOf(natural) - width;
  return natural.map((wanted, at) => {
    const least = Math.min(wanted, columns[at]?.shrinksTo ?? wanted);
    const given = Math.max(least, wanted - Math.max(0, excess));
    excess -= wanted - given;
    return given;
  });
}

function widthOf(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length);
}

function renderCell(cell: Cell, width: number, column: Column): string {
  const { paint = plain } = cell;
  const shown = shortened(cell.text, width, column.cut);
  const padding = ' '.repeat(width - shown.length);
  // Only the text is colored, so that trailing spaces can be trimmed.
  const painted = shown === '' ? '' : paint(shown);
  return column.align === 'right' ? padding + painted : painted + padding;
}

/** Cuts a text to at most `width` characters and marks the cut with an ellipsis. */
function shortened(text: string, width: number, cut: Column['cut'] = 'right'): string {
  if (text.length <= width) return text;
  if (width <= 0) return '';
  return cut === 'left'
    ? `…${text.slice(text.length - width + 1)}`
    : `${text.slice(0, width - 1)}…`;
}
