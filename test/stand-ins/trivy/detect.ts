/** Part of the stand-in for Trivy: for tests and the demo, never shipped. */
import { sha256Hex } from '../../../lib/image/digest.ts';
import type { InstalledPackage, PackageDatabase } from '../packages/installed-package.ts';
import type { Inventory, OperatingSystem } from '../packages/operating-system.ts';
import { compareApkVersions } from '../versions/apk-version.ts';
import { compareDebianVersions } from '../versions/debian-version.ts';
import {
  type Advisory,
  type AdvisoryDatabase,
  advisoriesFor,
  type DataSource,
} from './advisory-database.ts';
import { platformOf } from './end-of-life.ts';
import { packageId, packageIdentifier, type ReportedLayer } from './reported-package.ts';

const SEVERITY_ORDER = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'UNKNOWN'];

export interface DetectOptions {
  readonly os: OperatingSystem;
  readonly kind: PackageDatabase['kind'];
  readonly inventory: Inventory;
  readonly database: AdvisoryDatabase;
  readonly layerOf: (installed: InstalledPackage) => ReportedLayer | undefined;
  /** The scanned artifact, which is part of each finding's fingerprint. */
  readonly target: string;
}

/** Findings in the fields and the order of Trivy's report (pkg/types/vulnerability.go, 0.74.0). */
export function detectVulnerabilities(options: DetectOptions) {
  const platform = advisoryPlatform(options);
  const packages = options.inventory.database?.packages ?? [];
  return packages
    .flatMap((installed) =>
      advisoriesFor(options.database, platform, installed.source.name)
        .filter(([, advisory]) => isVulnerable(options.kind, installed, advisory))
        .map(([id, advisory]) => reportedFinding(options, platform, installed, id, advisory)),
    )
    .sort(
      (a, b) =>
        compareText(a.PkgName, b.PkgName) ||
        SEVERITY_ORDER.indexOf(a.Severity) - SEVERITY_ORDER.indexOf(b.Severity) ||
        compareText(a.VulnerabilityID, b.VulnerabilityID),
    );
}

/** Alpine: the release of the configured repositories overrides the image's own. */
function advisoryPlatform({ os, inventory }: DetectOptions): string {
  const release = inventory.repositoryRelease;
  return os.family === 'alpine' && release !== undefined
    ? platformOf({ family: os.family, name: release })
    : platformOf(os);
}

function isVulnerable(
  kind: PackageDatabase['kind'],
  installed: InstalledPackage,
  advisory: Advisory,
): boolean {
  if (advisory.FixedVersion === undefined) {
    return true;
  }
  const compare = kind === 'dpkg' ? compareDebianVersions : compareApkVersions;
  return compare(installed.source.version, advisory.FixedVersion) < 0;
}

function reportedFinding(
  { database, kind, os, layerOf, target }: DetectOptions,
  platform: string,
  installed: InstalledPackage,
  id: string,
  advisory: Advisory,
) {
  const detail = database.vulnerability[id];
  const source: DataSource | undefined = database['data-source'][platform];
  const layer = layerOf(installed);
  const pkgId = packageId(installed);
  const severitySource = advisory.Severity === undefined ? 'nvd' : source?.ID;
  return {
    VulnerabilityID: id,
    PkgID: pkgId,
    PkgName: installed.name,
    PkgIdentifier: packageIdentifier(kind, os, installed),
    InstalledVersion: installed.version,
    ...(advisory.FixedVersion === undefined ? {} : { FixedVersion: advisory.FixedVersion }),
    Status: advisory.FixedVersion === undefined ? 'affected' : 'fixed',
    ...(layer ? { Layer: layer } : {}),
    ...(severitySource ? { SeveritySource: severitySource } : {}),
    PrimaryURL: `https://avd.aquasec.com/nvd/${id.toLowerCase()}`,
    ...(source ? { DataSource: source } : {}),
    Fingerprint: `sha256:${sha256Hex([target, pkgId, id].join('\n'))}`,
    ...(detail ? { Title: detail.Title } : {}),
    ...(detail?.Description ? { Description: detail.Description } : {}),
    Severity: advisory.Severity ?? detail?.Severity ?? 'UNKNOWN',
  };
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
