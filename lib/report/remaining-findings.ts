import * as z from 'zod';
import { type BlockedPackage, BlockReason } from '../job/blocked-package.ts';
import type { Finding } from './finding.ts';

/** A package with fixable findings that remain after a patch. */
export const RemainingPackage = z.object({
  package: z.string(),
  reason: BlockReason,
  findings: z.number().int().positive(),
  detail: z.string().optional(),
});
export type RemainingPackage = z.infer<typeof RemainingPackage>;

/** The findings that a patch should fix: those whose update was not left out. */
export function attemptedFindings(
  fixable: readonly Finding[],
  blocked: readonly BlockedPackage[],
): readonly Finding[] {
  const find = blockOf(blocked);
  return fixable.filter((finding) => find(finding) === undefined);
}

/** The findings that remain after a patch, by package and reason. */
export function remainingPackages(
  after: readonly Finding[],
  blocked: readonly BlockedPackage[],
): readonly RemainingPackage[] {
  const find = blockOf(blocked);
  const remaining = new Map<string, RemainingPackage>();
  for (const finding of after) {
    const block = finding.fixed === undefined ? undefined : find(finding);
    if (block === undefined) continue;
    const key = JSON.stringify([finding.package, block.reason]);
    const findings = (remaining.get(key)?.findings ?? 0) + 1;
    const { reason, detail } = block;
    remaining.set(key, {
      package: finding.package,
      reason,
      findings,
      ...(detail !== undefined && { detail }),
    });
  }
  return [...remaining.values()];
}

/** An entry for one fixed version takes precedence over one for the whole package. */
function blockOf(blocked: readonly BlockedPackage[]) {
  const entries = new Map(blocked.map((one) => [keyOf(one.package, one.fixed), one]));
  return (finding: Finding): BlockedPackage | undefined =>
    entries.get(keyOf(finding.package, finding.fixed)) ?? entries.get(keyOf(finding.package));
}

function keyOf(name: string, fixed?: string): string {
  return JSON.stringify([name, fixed ?? null]);
}
