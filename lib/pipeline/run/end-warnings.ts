import type { RepositoryName } from '../../image/reference.ts';
import { ordinal } from '../../ordinal.ts';
import type { RunState } from '../records/run.ts';
import type { Target } from '../records/target.ts';

const NO_TARGETS =
  'no targets: the policy enables no repository, or its repositories have no tag to look at';
const MAX_NAMED = 5;

type EndedTarget = Pick<Target, 'repository' | 'reason'>;

/** Warns of a run that looked at nothing, or that left images to another installation. */
export function endWarnings(state: RunState, targets: readonly EndedTarget[]): readonly string[] {
  const elsewhere = targets.filter(({ reason }) => reason === 'claimed-elsewhere');
  return [
    // Such a run is good only by its state.
    ...(state === 'completed' && targets.length === 0 ? [NO_TARGETS] : []),
    ...(elsewhere.length > 0 ? [patchedElsewhere(elsewhere)] : []),
  ];
}

/** One line, however many images: each target has the name of the other installation. */
function patchedElsewhere(targets: readonly EndedTarget[]): string {
  const names = [...new Set<RepositoryName>(targets.map(({ repository }) => repository))];
  const named = names.toSorted(ordinal).slice(0, MAX_NAMED).join(', ');
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : '';
  const images = targets.length === 1 ? '1 image' : `${targets.length} images`;
  return `another installation patches ${named}${more}: ${images} skipped, claimed-elsewhere; patchwright doctor says how to take a repository over`;
}
