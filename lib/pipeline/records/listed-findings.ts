import type { Vulnerability } from '../../report/vulnerabilities.ts';
import type { TagIndex } from './tag-index.ts';

/** How many vulnerabilities of one tag have rows in PatchwrightFindings. */
export interface RowLimits {
  /** Only one of the worst so many gets a new row. */
  readonly worst: number;
  /** A tag with so many rows gets no new one. */
  readonly most: number;
}

/** An index with the most rows, and a change that replaces them, fit into one row of a table. */
export const ROW_LIMITS: RowLimits = { worst: 3000, most: 4000 };

/** The vulnerabilities that have a row, or may have one after a crashed write. */
export function rowsOf(known: TagIndex | undefined): ReadonlySet<string> {
  return new Set([...(known?.findings.keys() ?? []), ...(known?.pending ?? [])]);
}

/**
 * Adds the worst of each list to the vulnerabilities whose rows stay, the first list first. A row stays
 * even if worse vulnerabilities come: without it, a reader would take the finding for patched.
 */
export function withNewRows(
  staying: Iterable<string>,
  lists: readonly (readonly Vulnerability[])[],
  { worst, most }: RowLimits,
): ReadonlySet<string> {
  const listed = new Set(staying);
  for (const list of lists) {
    for (const { id } of list.slice(0, worst)) {
      if (listed.size >= most) return listed;
      listed.add(id);
    }
  }
  return listed;
}
