import * as z from 'zod';
import { plainText } from '../text/plain-text.ts';

/** Why a package could not be updated while others of its image were. Public: docs/reasons.md. */
export const BlockReason = z.enum([
  'configuration-file',
  'dependency',
  'held',
  'hidden-by-settings',
  'not-in-repository',
  'not-tried',
  'paid-archive',
  'refused-by-copa',
  'source-gone',
  'source-unreachable',
  'update-failed',
  'vendor-maintained',
]);
export type BlockReason = z.infer<typeof BlockReason>;

/** Of one image. More than these make a result, and a column of a table, too large. */
export const MAX_BLOCKED = 150;
/** In UTF-16 units. */
export const MAX_BLOCKED_DETAIL = 300;

/**
 * A package that was left as it is. The reason comes from what programs of the image print: a hint
 * for people. What remains unfixed is decided by the scan of the patch.
 */
export const BlockedPackage = z.strictObject({
  package: z.string().min(1).max(128),
  /** The findings that this version fixes are left; absent: all findings of the package are. */
  fixed: z.string().max(256).optional(),
  reason: BlockReason,
  detail: z.string().max(MAX_BLOCKED_DETAIL).optional(),
});
export type BlockedPackage = z.infer<typeof BlockedPackage>;

/** The same as a group claims it: its detail comes out plain, and is no formula of a spreadsheet. */
export const ClaimedBlock = BlockedPackage.extend({
  detail: z
    .string()
    .max(MAX_BLOCKED_DETAIL)
    .transform((text) => plainText(text, MAX_BLOCKED_DETAIL).replace(/^[=+@-]+ */, ''))
    .optional(),
});
