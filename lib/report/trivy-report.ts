import * as z from 'zod';
import { MAX_REPORT_BYTES } from '../job/job-result.ts';
import { items } from '../json/items.ts';
import { readJson } from '../json/read-json.ts';
import type { Result } from '../result.ts';
import { hasHidden } from '../text/plain-text.ts';

const LIMITS = { maxBytes: MAX_REPORT_BYTES, maxDepth: 64, maxContainers: 1_000_000 };
const MAX_ITEMS = 20_000;
/** Linux' PATH_MAX. */
const MAX_PATH = 4096;
/** Over all packages. The largest images have some hundred thousand. */
const MAX_FILES_IN_ALL = 1_000_000;
/** Over all results. More items would still parse, but take half a gigabyte of memory. */
const MAX_ITEMS_IN_ALL = 50_000;

/**
 * Names, versions and ids go into logs, tables and command lines, so they may hold no line breaks and
 * no characters that change the direction of text.
 */
function text(max: number) {
  return z
    .string()
    .max(max)
    .refine((text) => !hasHidden(text), 'must have no hidden character');
}

/** A text with its own column. A spreadsheet must not run it as a formula. */
function column(max: number) {
  return text(max).regex(/^(?![=+@-])/, 'must not start like a formula');
}

const Vulnerability = z.object({
  VulnerabilityID: text(128).min(1),
  PkgName: text(256).min(1),
  InstalledVersion: text(256).nullish(),
  FixedVersion: text(256).nullish(),
  Severity: z.string().max(64).nullish(),
  Status: z.string().max(64).nullish(),
  PkgIdentifier: z.object({ PURL: text(1024).nullish() }).nullish(),
});

const Package = z.object({
  Name: text(256).min(1),
  Version: text(256).nullish(),
  Release: text(256).nullish(),
  Epoch: z.number().int().nullish(),
  Arch: z.string().max(64).nullish().catch(undefined),
  SrcName: z.string().max(256).nullish().catch(undefined),
  /** Untrusted paths, which only serve to compare. Faulty ones count as unknown. */
  InstalledFiles: z.array(z.string().max(MAX_PATH)).nullish().catch(undefined),
  Identifier: z.object({ PURL: text(1024).nullish() }).nullish(),
  /** `third-party`: Trivy does not match the package, because the distribution does not make it. */
  Repository: z.object({ Class: z.string().max(64).nullish() }).nullish(),
});

const ScanResult = z.object({
  Class: z.string().max(64).nullish(),
  Type: z.string().max(64).nullish(),
  Vulnerabilities: items(Vulnerability, { most: MAX_ITEMS }).nullish(),
  Packages: items(Package, { most: MAX_ITEMS }).nullish(),
});

function countFiles(results: readonly z.infer<typeof ScanResult>[]): number {
  return results
    .flatMap(({ Packages }) => Packages ?? [])
    .reduce((sum, { InstalledFiles }) => sum + (InstalledFiles?.length ?? 0), 0);
}

function countItems(results: readonly z.infer<typeof ScanResult>[]): number {
  return results.reduce(
    (sum, { Vulnerabilities, Packages }) =>
      sum + (Vulnerabilities?.length ?? 0) + (Packages?.length ?? 0),
    0,
  );
}

/**
 * The fields of Trivy's JSON report (schema 2, read from 0.74.0) that we use. Trivy omits empty or
 * false fields: `Results`, `Vulnerabilities`, `Packages`, `EOSL`.
 */
export const TrivyReport = z.object({
  SchemaVersion: z.literal(2),
  Metadata: z
    .object({
      OS: z
        .object({
          Family: column(64),
          Name: column(64),
          EOSL: z.boolean().nullish(),
          Supplier: column(64).nullish(),
        })
        .nullish(),
      ImageConfig: z
        .object({
          architecture: column(32).nullish(),
          config: z.object({ Labels: z.record(z.string(), z.unknown()).nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
  Results: items(ScanResult, { most: 1000 })
    .refine((results) => countItems(results) <= MAX_ITEMS_IN_ALL, { error: 'too many items' })
    .refine((results) => countFiles(results) <= MAX_FILES_IN_ALL, { error: 'too many files' })
    .nullish(),
});
export type TrivyReport = z.infer<typeof TrivyReport>;

/** Parses a report that a container group wrote. Never throws. A fault quotes none of its content. */
export function parseTrivyReport(bytes: Uint8Array): Result<TrivyReport> {
  const report = readJson(TrivyReport, bytes, LIMITS);
  return report.ok ? report : { ok: false, fault: `the report ${report.fault}` };
}
