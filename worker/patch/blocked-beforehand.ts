import type { BlockReason } from '../../lib/job/blocked-package.ts';
import type { FixableFinding } from '../../lib/job/job-file.ts';

/** Copa rejects the whole report if one name does not match this (`pkg/pkgmgr/pkgmgr.go`). */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9.+\-:~_]*$/;
/**
 * Versions and names of vendors that backport fixes: the distribution's own package would revert
 * them. Source: Trivy 0.74.0, `pkg/detector/ospkg/{rootio,seal}`.
 */
const SUPPLIERS_DEBIAN = /\.root\.io/;
const SUPPLIERS_ALPINE = /-r\d007\d$/;
const SUPPLIERS_NAME = /^seal-/;

/** Returns why an update must not be tried, or undefined if it should be tried. */
export function blockedBeforehand(
  finding: FixableFinding,
  family: string,
): BlockReason | undefined {
  if (!NAME.test(finding.package) || finding.package.length > 128) return 'refused-by-copa';
  const supplied =
    SUPPLIERS_NAME.test(finding.package) ||
    (family === 'alpine' ? SUPPLIERS_ALPINE : SUPPLIERS_DEBIAN).test(finding.installed);
  return supplied ? 'vendor-maintained' : undefined;
}
