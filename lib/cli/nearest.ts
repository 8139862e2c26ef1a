import { editDistance } from '../text/edit-distance.ts';

/** The candidate nearest to a misspelled word; undefined if none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  // One wrong letter in three; beyond that it is another word.
  const limit = Math.max(1, Math.floor(word.length / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((one, other) => one.distance - other.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= limit ? best.candidate : undefined;
}
