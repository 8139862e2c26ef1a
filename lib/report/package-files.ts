import { normalizedPath } from '../image/layer/layer-path.ts';
import type { TrivyReport } from './trivy-report.ts';

/** What a report says of one package of the operating system, over all of its versions. */
export interface ReportedPackage {
  readonly versions: ReadonlySet<string>;
  /** The source package; the package's own name if the report does not say. */
  readonly source: string;
  /** False for a package that is the same on every architecture. */
  readonly hasArchitecture: boolean;
  /** The paths that it owns, normalized. Trivy leaves out those of packages of other makers. */
  readonly files: readonly string[];
}

const ANY_ARCHITECTURE = ['all', 'noarch'];

/** The packages of a report by their names, with their files. Takes linear time. */
export function packageFiles(report: TrivyReport): ReadonlyMap<string, ReportedPackage> {
  const packages = new Map<
    string,
    ReportedPackage & { readonly versions: Set<string>; readonly files: string[] }
  >();
  for (const result of report.Results ?? []) {
    if (result.Class !== 'os-pkgs') continue;
    for (const listed of result.Packages ?? []) {
      const known = packages.get(listed.Name);
      const versions = known?.versions ?? new Set<string>();
      const files = known?.files ?? [];
      versions.add([listed.Epoch ?? 0, listed.Version ?? '', listed.Release ?? ''].join(':'));
      for (const path of listed.InstalledFiles ?? []) files.push(normalizedPath(path));
      packages.set(listed.Name, {
        versions,
        source: listed.SrcName || listed.Name,
        hasArchitecture: !ANY_ARCHITECTURE.includes(listed.Arch ?? ''),
        files,
      });
    }
  }
  return packages;
}
