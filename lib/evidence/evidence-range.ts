import * as z from 'zod';
import { momentOf, When } from '../history/filter-text.ts';
import type { Result } from '../result.ts';

/** The runs of an evidence bundle: due at or after `from`, and before `to`. */
export interface EvidenceRange {
  readonly from: Date;
  readonly to: Date;
}

/** As in a query string or on a command line. */
export const EvidenceFilters = z.strictObject({
  from: z.string('is missing: say from when').pipe(When),
  to: When.optional(),
});

/** Without `to`, the range ends now. */
export function evidenceRange(
  { from, to }: z.infer<typeof EvidenceFilters>,
  now: Date,
): Result<EvidenceRange> {
  const range = { from: momentOf(from, now), to: to === undefined ? now : momentOf(to, now) };
  return range.from < range.to
    ? { ok: true, value: range }
    : { ok: false, fault: 'must be later than "from"' };
}
