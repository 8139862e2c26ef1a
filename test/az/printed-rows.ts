/**
 * What a command printed: the content of its JSON, its lines, or the rows of its table, each as its
 * cells. Leaves out empty cells.
 */
export function printedRows(command: string, output: string): unknown {
  if (command.includes('--output table')) return rowsOfTable(output);
  return command.includes('--output tsv') ? output.trimEnd().split('\n') : JSON.parse(output);
}

/** The line of dashes shows where the columns are. */
function rowsOfTable(output: string): readonly string[] {
  const [, dashes = '', ...lines] = output.split('\n').filter((line) => line !== '');
  const columns = [...dashes.matchAll(/-+/g)].map(({ index, 0: { length } }) => ({
    from: index,
    to: index + length,
  }));
  return lines.map((line) =>
    columns
      .map(({ from, to }) => line.slice(from, to).trim())
      .filter((cell) => cell !== '')
      .join(' | '),
  );
}
