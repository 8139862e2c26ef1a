/** Part of the stand-in for Trivy: for tests and the demo, never shipped. */
import * as z from 'zod';

/** One advisory for a source package. Without a fixed version there is no fix yet. */
const Advisory = z.strictObject({
  FixedVersion: z.string().optional(),
  /** The distribution's own rating, if it has one. */
  Severity: z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']).optional(),
});
export type Advisory = z.infer<typeof Advisory>;

const PlatformBucket = z.record(z.string(), z.record(z.string(), Advisory));

const VulnerabilityDetail = z.strictObject({
  Title: z.string(),
  Description: z.string().optional(),
  Severity: z.enum(['UNKNOWN', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL']),
});
export type VulnerabilityDetail = z.infer<typeof VulnerabilityDetail>;

const DataSource = z.strictObject({ ID: z.string(), Name: z.string(), URL: z.string() });
export type DataSource = z.infer<typeof DataSource>;

/**
 * The stand-in's `trivy.db`: JSON with the buckets of Trivy's own database. Platform
 * (`debian 12`) → source package → id → advisory, and the two buckets that are not platforms.
 */
export const AdvisoryDatabase = z
  .object({
    'data-source': z.record(z.string(), DataSource),
    vulnerability: z.record(z.string(), VulnerabilityDetail),
  })
  .catchall(PlatformBucket);
export type AdvisoryDatabase = z.infer<typeof AdvisoryDatabase>;

export const TRIVY_DB_LAYER = 'application/vnd.aquasec.trivy.db.layer.v1.tar+gzip';
export const TRIVY_DB_CONFIG = 'application/vnd.aquasec.trivy.config.v1+json';

/** The file beside `trivy.db`, with names and version as in trivy-db's package `metadata`. */
export const DatabaseMetadata = z.object({
  Version: z.literal(2),
  NextUpdate: z.string(),
  UpdatedAt: z.string(),
  DownloadedAt: z.string(),
});
export type DatabaseMetadata = z.infer<typeof DatabaseMetadata>;

/** Advisories for one source package on one platform, by id. */
export function advisoriesFor(
  database: AdvisoryDatabase,
  platform: string,
  sourcePackage: string,
): readonly (readonly [id: string, advisory: Advisory])[] {
  const bucket = PlatformBucket.safeParse(
    Object.hasOwn(database, platform) ? database[platform] : {},
  );
  const advisories = bucket.success ? bucket.data[sourcePackage] : undefined;
  return Object.entries(advisories ?? {});
}
