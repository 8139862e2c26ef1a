import type { ImageStory } from '../../history/image-story.ts';

/** A year of daily runs, and the most that a story reads. */
const NEXT_RUNS = [365, 1000] as const;

/** How to see the runs that a story leaves out; null if it has all. */
export function olderRunsText({ image, runs, olderRuns }: ImageStory): string | null {
  if (!olderRuns) return null;
  const next = NEXT_RUNS.find((count) => count > runs);
  const command =
    next === undefined
      ? 'patchwright runs list'
      : `patchwright images show ${image} --runs ${next}`;
  return `there are runs before the last ${runs}: ${command}`;
}
