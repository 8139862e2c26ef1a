import { type BuilderFault, builderFaultIn } from '../records/builder-fault.ts';
import type { Job } from '../records/job.ts';
import { isJobOver } from '../records/job-states.ts';
import type { Run } from '../records/run.ts';

/** Whether a builder works in the container groups of a run. */
export type RunBuilder =
  | { readonly known: 'works' }
  | { readonly known: 'refused'; readonly fault: BuilderFault }
  /** No patch group has ended yet. */
  | { readonly known: 'nothing' };

/**
 * Decides from the records alone. A claim of a container is untrusted: a refusal counts only once its
 * group has ended, and only if no container of the run has reported a builder.
 */
export function builderOfRun(run: Run, jobs: readonly Job[]): RunBuilder {
  const earlier = builderFaultIn(run);
  if (earlier !== undefined) return { known: 'refused', fault: earlier };
  if (jobs.some(({ builder }) => builder !== undefined)) return { known: 'works' };
  let claimed = false;
  for (const job of jobs) {
    const fault = builderFaultIn(job);
    if (fault === undefined) continue;
    if (isJobOver(job)) return { known: 'refused', fault };
    claimed = true;
  }
  // A lost group is no evidence, but it must not hold back the others.
  const ended = jobs.some((job) => job.kind === 'patch' && isJobOver(job));
  return { known: ended && !claimed ? 'works' : 'nothing' };
}
