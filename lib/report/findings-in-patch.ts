import { type Finding, fingerprint, fixable, type Scan } from './finding.ts';

/** A published patch of a source. */
export interface MadePatch {
  /** Of the findings that it was made to fix. */
  readonly fingerprint: string;
  /** The scans of the source and of the patch when it was published, if they are still known. */
  readonly scans?: { readonly before: Scan; readonly after: Scan } | undefined;
}

/**
 * The source's findings that a patch does not fix, as of a new scan of the source. A finding counts
 * unless the patch is known to fix it. Returns undefined if too little is known of the patch.
 */
export function findingsInPatch(source: Scan, patch: MadePatch): readonly Finding[] | undefined {
  if (fingerprint(fixable(source)) === patch.fingerprint) {
    return source.findings.filter(({ fixed }) => fixed === undefined);
  }
  if (patch.scans === undefined || patch.scans.after.packages.length === 0) return undefined;
  const { before, after } = patch.scans;
  const left = new Set(after.findings.map(nameOf));
  const removed = new Set(before.findings.filter((one) => !left.has(nameOf(one))).map(keyOf));
  const versions = Map.groupBy(after.packages, ({ name }) => name);
  return source.findings.filter((finding) => {
    const installed = versions.get(finding.package)?.map(({ version }) => version);
    if (installed === undefined || removed.has(keyOf(finding))) return false;
    // No order of versions is used: it differs between distributions.
    return finding.fixed === undefined || !installed.includes(finding.fixed);
  });
}

function nameOf({ package: name, id }: Finding): string {
  return JSON.stringify([name, id]);
}

/** With the fixed version: an advisory that is corrected counts as a new one. */
function keyOf({ package: name, id, fixed }: Finding): string {
  return JSON.stringify([name, id, fixed ?? null]);
}
