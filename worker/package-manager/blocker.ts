import type { BlockReason } from '../../lib/job/blocked-package.ts';

/** A package to be updated that caused a run to fail, according to the run's output. */
export interface Blocker {
  readonly package: string;
  readonly reason: BlockReason;
  readonly detail?: string;
  /** Set if the newest available version is older than the fix: both versions. */
  readonly versions?: { readonly reached: string; readonly required: string };
}

/** The output of a run, in lines. */
export interface Printed {
  /** Copa's own messages. */
  readonly copa: readonly string[];
  /** Output of programs in the image. Untrusted. */
  readonly programs: readonly string[];
}

/** Removes the architecture: `libssl3:amd64` → `libssl3`, as in reports. */
export function packageName(text: string): string {
  return text.replace(/:[a-z0-9-]+$/, '');
}
