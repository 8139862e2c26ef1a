import type { Run } from './run.ts';

/** A column holds 32,768 UTF-16 units. */
const MAX_LENGTH = 30_000;
const MORE = 'and more warnings than are shown';

/**
 * Adds warnings to those of a run, each once and one a line. Once the column is full, a last line says
 * that there are more. Returns nothing if nothing changes.
 */
export function withWarnings(
  { warnings }: Pick<Run, 'warnings'>,
  added: readonly (string | undefined)[],
): Pick<Run, 'warnings'> {
  const known = warnings?.split('\n') ?? [];
  const lines = new Set(known);
  let length = warnings?.length ?? 0;
  for (const warning of added) {
    if (lines.has(MORE)) break;
    if (warning === undefined || lines.has(warning)) continue;
    const fits = length + warning.length + MORE.length + 2 <= MAX_LENGTH;
    lines.add(fits ? warning : MORE);
    length += warning.length + 1;
  }
  return lines.size === known.length ? {} : { warnings: [...lines].join('\n') };
}
