import type { RunArchive } from '../pipeline/records/run-archive.ts';
import { editDistance } from '../text/edit-distance.ts';

/** The answer to a name that a person wrote. */
export type Found<Item> =
  | { readonly found: 'one'; readonly item: Item }
  /** The name is a prefix of several: some of them. */
  | { readonly found: 'several'; readonly names: readonly string[] }
  /** The names nearest to it, best first. */
  | {
      readonly found: 'none';
      readonly nearest: readonly string[];
      /** If it names a run that is not in the tables any more. */
      readonly archive?: RunArchive;
    };

const MOST_NEAREST = 3;
/** Names are compared up to this length, because the comparison is quadratic. */
const COMPARED = 300;

/** The names nearest to what was written, best first. */
export function nearestNames(written: string, names: readonly string[]): readonly string[] {
  const word = written.slice(0, COMPARED);
  return names
    .map((name) => ({ name, distance: editDistance(word, name.slice(0, COMPARED)) }))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, MOST_NEAREST)
    .map(({ name }) => name);
}
