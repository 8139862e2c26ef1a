/** Part of the stand-in for Copa: for tests and the demo, never shipped. */
import * as z from 'zod';
import { compareApkVersions } from '../versions/apk-version.ts';
import { compareDebianVersions } from '../versions/debian-version.ts';

/** The fields of a Trivy report that Copa reads (Copa 0.14.2, pkg/report/trivy.go). */
const Report = z.looseObject({
  SchemaVersion: z.literal(2),
  Metadata: z
    .looseObject({
      OS: z.looseObject({ Family: z.string(), Name: z.string() }).optional(),
      ImageConfig: z.looseObject({ architecture: z.string() }).optional(),
    })
    .optional(),
  Results: z
    .array(
      z.looseObject({
        Class: z.string().optional(),
        Vulnerabilities: z
          .array(
            z.looseObject({
              VulnerabilityID: z.string(),
              PkgName: z.string(),
              InstalledVersion: z.string().optional(),
              FixedVersion: z.string().optional(),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
});

export interface Update {
  readonly id: string;
  readonly name: string;
  readonly installed: string;
  readonly fixed: string;
}

export interface UpdateManifest {
  readonly os: { readonly family: string; readonly name: string };
  readonly architecture: string;
  readonly updates: readonly Update[];
}

/** Throws with Copa's own messages. */
export function parseReport(text: string): UpdateManifest {
  const report = Report.safeParse(parseJson(text));
  if (!report.success) {
    throw new Error('report.json is not a supported scan report format');
  }
  const { Metadata, Results } = report.data;
  const updates = (Results ?? [])
    .filter((result) => result.Class === 'os-pkgs')
    .flatMap((result) => result.Vulnerabilities ?? [])
    .flatMap(({ VulnerabilityID: id, PkgName: name, InstalledVersion, FixedVersion: fixed }) =>
      fixed ? [{ id, name, installed: InstalledVersion ?? '', fixed }] : [],
    );
  return {
    os: { family: Metadata?.OS?.Family ?? '', name: Metadata?.OS?.Name ?? '' },
    architecture: Metadata?.ImageConfig?.architecture ?? '',
    updates,
  };
}

/** The highest wanted version for each package. */
export function latestUpdates(
  kind: 'dpkg' | 'apk',
  updates: readonly Update[],
): ReadonlyMap<string, string> {
  const compare = kind === 'dpkg' ? compareDebianVersions : compareApkVersions;
  const latest = new Map<string, string>();
  for (const { name, fixed } of updates) {
    const known = latest.get(name);
    if (known === undefined || compare(known, fixed) < 0) {
      latest.set(name, fixed);
    }
  }
  return new Map([...latest].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
