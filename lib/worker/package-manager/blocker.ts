import type { BlockReason } from '../../job/blocked-package.ts';

/** A wanted package that a failed run names as what it failed on. */
export interface Blocker {
  readonly package: string;
  readonly reason: BlockReason;
  readonly detail?: string;
  /** Where the package is there in a newer version that is not new enough: both versions. */
  readonly versions?: { readonly reached: string; readonly required: string };
}

/** What a failed run printed, in lines. */
export interface Printed {
  /** What Copa says itself. */
  readonly copa: readonly string[];
  /** What programs of the image printed. */
  readonly programs: readonly string[];
}

/** `libssl3:amd64` is `libssl3`: reports name packages without their architecture. */
export function packageName(text: string): string {
  return text.replace(/:[a-z0-9-]+$/, '');
}
