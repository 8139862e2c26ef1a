import * as z from 'zod';
import { Digest } from '../../image/digest.ts';
import { RepositoryName, Tag } from '../../image/reference.ts';
import { SEVERITIES } from '../../report/finding.ts';
import { RunId } from './run-id.ts';

/**
 * `open`: the tag's newest patch has it, or its image if there is no patch, and a fix exists.
 * `open-no-fix`: the same without a fix. `fixed`: the newest patch lacks it, the tag's own image has
 * it. `gone`: the tag's image has it no longer, or the tag is gone.
 */
export const FindingState = z.enum(['open', 'open-no-fix', 'fixed', 'gone']);
export type FindingState = z.infer<typeof FindingState>;

/** One vulnerability of one tag in the policy: a row of PatchwrightFindings. */
export const TagFinding = z.object({
  /** The CVE, or the distribution's own id, of at most 40 characters. */
  vulnerability: z.string(),
  repository: RepositoryName,
  tag: Tag,
  /** The image that the tag named at the last scan that counts. */
  digest: Digest.optional(),
  state: FindingState,
  severity: z.enum(SEVERITIES),
  /** Lists with commas, of at most 200 characters each. */
  packages: z.string(),
  installed: z.string(),
  /** Empty if there is no fix. */
  fixedVersion: z.string(),
  /** When a run first found it in the tag. */
  seenSince: z.date(),
  /** When a run first found that a fix exists. Absent without one: the clock stands still. */
  fixSince: z.date().optional(),
  /** When a patch without it was published. */
  patchedAt: z.date().optional(),
  goneAt: z.date().optional(),
  /** The run that wrote the row, and when. A later write has a later time. */
  runId: RunId,
  writtenAt: z.date(),
});
export type TagFinding = z.infer<typeof TagFinding>;
