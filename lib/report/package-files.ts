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

/** The packages of a report by their names, with their files. */
export function packageFiles(report: TrivyReport): ReadonlyMap<string, ReportedPackage> {
  const packages = new Map<string, ReportedPackage>();
  for (const result of report.Results ?? []) {
    if (result.Class !== 'os-pkgs') continue;
    for (const listed of result.Packages ?? []) {
      const known = packages.get(listed.Name);
      const version = [listed.Epoch ?? 0, listed.Version ?? '', listed.Release ?? ''].join(':');
      packages.set(listed.Name, {
        versions: new Set([...(known?.versions ?? []), version]),
        source: listed.SrcName || listed.Name,
        hasArchitecture: !ANY_ARCHITECTURE.includes(listed.Arch ?? ''),
        files: [...(known?.files ?? []), ...(listed.InstalledFiles ?? []).map(normalizedPath)],
      });
    }
  }
  return packages;
}
