import type { Run } from '../records/run.ts';

/**
 * True if a tick has seen something of which a receiver may want to know. Only a hint: after the run's
 * end, all of it is told from the rows.
 */
export function hasNews(before: Run, after: Run): boolean {
  return (
    after.state !== before.state ||
    after.builderCall !== before.builderCall ||
    after.databaseDigest !== before.databaseDigest ||
    after.patched + after.rejected + after.failed !==
      before.patched + before.rejected + before.failed
  );
}
