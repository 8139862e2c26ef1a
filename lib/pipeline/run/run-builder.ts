import { type BuilderFault, builderFaultIn } from '../records/builder-fault.ts';
import type { Job } from '../records/job.ts';
import { isJobOver } from '../records/job-states.ts';
import type { Run } from '../records/run.ts';
import type { Target } from '../records/target.ts';

/** What a run knows of the builder in its container groups. */
export type RunBuilder =
  | { readonly known: 'works' }
  | { readonly known: 'refused'; readonly fault: BuilderFault }
  /** No patch group has ended yet. */
  | { readonly known: 'nothing' };

/**
 * Decides from the records alone. What a container claims is untrusted: a refusal counts only while no
 * other container has patched anything in this run.
 */
export function builderOfRun(
  run: Run,
  jobs: readonly Job[],
  targets: readonly Target[],
): RunBuilder {
  const earlier = builderFaultIn(run);
  if (earlier !== undefined) return { known: 'refused', fault: earlier };
  if (targets.some(({ builder }) => builder !== undefined)) return { known: 'works' };
  for (const job of jobs) {
    const fault = builderFaultIn(job);
    if (fault !== undefined) return { known: 'refused', fault };
  }
  // A group that was lost says nothing, and must not keep the others waiting.
  const ended = jobs.some((job) => job.kind === 'patch' && isJobOver(job));
  return { known: ended ? 'works' : 'nothing' };
}
