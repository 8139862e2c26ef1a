import { type Facts, isUnchanged } from './judge-file.ts';
import type { Packages } from './package-facts.ts';

/** Images may leave these out, or keep them as they were. */
const DOCUMENTATION = /^usr\/share\/(?:doc|info|lintian|locale|man)\//;

/**
 * Checks that the files of each fixed package were replaced, and not only its record. Returns why
 * not, or undefined. A file counts if its content or its time is new: two builds of a package can
 * have the same bytes.
 */
export function judgeFixed(
  fixed: ReadonlySet<string>,
  before: Packages,
  facts: Facts,
): string | undefined {
  const replaced = packagesWithNewFiles(facts);
  const bySource = Map.groupBy(
    [...fixed].filter((name) => mustHaveNewFiles(name, before, facts)),
    (name) => before.get(name)?.source ?? name,
  );
  for (const names of bySource.values()) {
    for (const name of names) {
      if (replaced.has(name)) continue;
      const alone = before.get(name)?.hasArchitecture === true;
      if (alone || !names.some((one) => replaced.has(one))) {
        return `${name} counts as fixed, but none of its files is replaced`;
      }
    }
  }
  for (const name of fixed) {
    if (facts.source.listed.has(name) && !facts.added.listed.has(name)) {
      return `${name} counts as fixed, but its file list is not replaced`;
    }
  }
  return undefined;
}

/** False if the package has documentation only, or if its files are unknown. */
function mustHaveNewFiles(name: string, before: Packages, { source }: Facts): boolean {
  const files = before.get(name)?.files ?? [];
  if (files.length > 0) return files.some((path) => !DOCUMENTATION.test(path));
  // Trivy lists files of all packages or of none.
  const scanned = [...before.values()].some((one) => one.files.length > 0);
  return !scanned && source.listed.has(name);
}

function packagesWithNewFiles({ added, source, ownership }: Facts): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [path, file] of added.changed) {
    if (file.type !== 'file') continue;
    const before = source.files.get(path);
    if (before !== undefined && before.time === file.time && isUnchanged(before, file)) continue;
    for (const name of [...ownership.owners(path), ...ownership.claimers(path)]) names.add(name);
  }
  return names;
}
