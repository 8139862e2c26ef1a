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
      .map((column, at) => renderCell(cells[at] ?? { text: '' }, widths[at] ?? 0, column.align))
      .join(GAP)
      .trimEnd(),
  );
}

/** Shrinks the flexible columns, the first one first, until the table fits. */
function fitted(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  let excess = natural.reduce((sum, one) => sum + one + GAP.length, -GAP.length) - width;
  return natural.map((wanted, at) => {
    const least = Math.min(wanted, columns[at]?.shrinksTo ?? wanted);
    const given = Math.max(least, wanted - Math.max(0, excess));
    excess -= wanted - given;
    return given;
  });
}

function renderCell(cell: Cell, width: number, align: Column['align']): string {
  const { text, paint = plain } = cell;
  const shown = text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
  const padding = ' '.repeat(width - shown.length);
  // Only the text is colored, so that trailing spaces can be trimmed.
  const painted = shown === '' ? '' : paint(shown);
  return align === 'right' ? padding + painted : painted + padding;
}
