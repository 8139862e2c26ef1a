/** What a scan says of one package. */
export interface PackageFacts {
  /** Of each installed version: some packages may have several. */
  readonly versions: ReadonlySet<string>;
  /** The source package, whose version carries the fix; the package's own name if unknown. */
  readonly source: string;
  /** False if all of its files are the same on every architecture, so that no program is in it. */
  readonly hasArchitecture: boolean;
  /** Normalized. For dpkg regular files only, without configuration files and links. */
  readonly files: readonly string[];
}

/** By name. */
export type Packages = ReadonlyMap<string, PackageFacts>;

/** The packages that are new or have another version. */
export function changedPackages(before: Packages, after: Packages): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const [name, { versions }] of after) {
    const earlier = before.get(name)?.versions ?? new Set();
    if (versions.size !== earlier.size || [...versions].some((one) => !earlier.has(one))) {
      changed.add(name);
    }
  }
  return changed;
}
