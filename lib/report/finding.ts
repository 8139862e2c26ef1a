import * as z from 'zod';
import { sha256Hex } from '../image/digest.ts';
import type { TrivyReport } from './trivy-report.ts';

/** Worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** One vulnerability of one package in one image. */
export interface Finding {
  /** The CVE, or the distribution's id if there is none, for example `DSA-5678-1`. */
  readonly id: string;
  readonly package: string;
  readonly installed: string;
  /** The version that fixes it; absent if there is none yet. */
  readonly fixed?: string;
  readonly severity: Severity;
  readonly purl?: string;
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  /** Another maintainer than the distribution makes it, so that advisories do not cover it. */
  readonly thirdParty?: true;
  /** The scan knows some of its files. */
  readonly hasFiles?: true;
}

/** The result of a scan, for an image's operating-system packages. */
export interface Scan {
  /** Trivy's name of the family (`debian`) and its version (`12.5`). */
  readonly os?: {
    readonly family: string;
    readonly name: string;
    readonly endOfLife: boolean;
    /** The vendor that rebuilds the packages, as Trivy names it: `seal`, `rapidfort`. */
    readonly supplier?: string;
  };
  /** Names of the labels in the image's config. */
  readonly labels?: readonly string[];
  readonly architecture?: string;
  readonly findings: readonly Finding[];
  /** Empty if the scan ran without `--list-all-pkgs`. */
  readonly packages: readonly InstalledPackage[];
}

export type SeverityCounts = Readonly<Record<Severity, number>>;

type Result = NonNullable<TrivyReport['Results']>[number];
type Vulnerability = NonNullable<Result['Vulnerabilities']>[number];
type Package = NonNullable<Result['Packages']>[number];

/** The operating-system part of a report, without duplicates and in an order of its own. */
export function scanOf(report: TrivyReport): Scan {
  const os = report.Metadata?.OS;
  const architecture = report.Metadata?.ImageConfig?.architecture;
  const labels = Object.keys(report.Metadata?.ImageConfig?.config?.Labels ?? {});
  const results = (report.Results ?? []).filter((result) => result.Class === 'os-pkgs');

  const findings = new Map<string, Finding>();
  const packages = new Map<string, InstalledPackage>();
  for (const result of results) {
    for (const vulnerability of result.Vulnerabilities ?? []) {
      const finding = findingOf(vulnerability);
      const key = JSON.stringify([
        finding.package,
        finding.id,
        finding.installed,
        finding.fixed ?? null,
      ]);
      const known = findings.get(key);
      if (known === undefined || precedes(finding, known)) findings.set(key, finding);
    }
    for (const listed of result.Packages ?? []) {
      const purl = listed.Identifier?.PURL;
      const installed = {
        name: listed.Name,
        version: versionOf(listed),
        ...(purl && { purl }),
        ...(listed.Repository?.Class === 'third-party' && { thirdParty: true as const }),
        ...((listed.InstalledFiles ?? []).length > 0 && { hasFiles: true as const }),
      };
      packages.set(JSON.stringify([installed.name, installed.version, purl]), installed);
    }
  }

  return {
    ...(os && {
      os: {
        family: os.Family,
        name: os.Name,
        endOfLife: os.EOSL ?? false,
        ...(os.Supplier && { supplier: os.Supplier }),
      },
    }),
    ...(architecture ? { architecture } : {}),
    ...(labels.length > 0 && { labels }),
    findings: inKeyOrder(findings),
    packages: inKeyOrder(packages),
  };
}

/** The findings that a package update can fix. */
export function fixable(scan: Scan): readonly Finding[] {
  return scan.findings.filter((finding) => finding.fixed !== undefined);
}

export function countBySeverity(findings: readonly Finding[]): SeverityCounts {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, unknown: 0 };
  for (const finding of findings) counts[finding.severity] += 1;
  return counts;
}

/** What `fingerprint` returns. */
export const Fingerprint = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * The SHA-256 (hexadecimal) of the set of (package, fixed version). Two scans with the same fingerprint
 * need the same patch, even if the ids differ. Findings without a fix do not count.
 */
export function fingerprint(findings: readonly Finding[]): string {
  const pairs = new Set<string>();
  for (const finding of findings) {
    if (finding.fixed !== undefined) pairs.add(JSON.stringify([finding.package, finding.fixed]));
  }
  return sha256Hex(`[${[...pairs].sort().join(',')}]`);
}

function findingOf(vulnerability: Vulnerability): Finding {
  const { FixedVersion: fixed } = vulnerability;
  const purl = vulnerability.PkgIdentifier?.PURL;
  return {
    id: vulnerability.VulnerabilityID,
    package: vulnerability.PkgName,
    installed: vulnerability.InstalledVersion ?? '',
    ...(fixed ? { fixed } : {}),
    severity: severityOf(vulnerability.Severity),
    ...(purl ? { purl } : {}),
  };
}

/** The whole version. For dpkg and rpm, Trivy lists epoch and release separately. */
function versionOf({ Epoch, Version, Release }: Package): string {
  const epoch = Epoch ? `${Epoch}:` : '';
  const release = Release ? `-${Release}` : '';
  return `${epoch}${Version ?? ''}${release}`;
}

function severityOf(name: string | null | undefined): Severity {
  const lower = name?.toLowerCase();
  return SEVERITIES.find((severity) => severity === lower) ?? 'unknown';
}

/**
 * Prefers the worse of two reports of one finding. A tie is decided by content, always the same way.
 */
function precedes(a: Finding, b: Finding): boolean {
  const [rankA, rankB] = [SEVERITIES.indexOf(a.severity), SEVERITIES.indexOf(b.severity)];
  return rankA === rankB ? JSON.stringify(a) < JSON.stringify(b) : rankA < rankB;
}

/** Sorts by code unit, so that the order is independent of the locale. */
function inKeyOrder<T>(byKey: ReadonlyMap<string, T>): readonly T[] {
  return [...byKey.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}
