import { z } from 'zod';
import { MAX_REPORT_BYTES } from '../job/job-result.ts';
import { parseBoundedJson } from '../json/bounded-json.ts';
import { truncate } from '../text/truncate.ts';

const LIMITS = { maxBytes: MAX_REPORT_BYTES, maxDepth: 64, maxContainers: 1_000_000 };
const MAX_ITEMS = 20_000;

/** Names, versions and ids end in logs, tables and command lines: no control characters. */
function text(max: number) {
  return z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}]*$/u, 'must hold no control character');
}

const Vulnerability = z.object({
  VulnerabilityID: text(128).min(1),
  PkgName: text(256).min(1),
  InstalledVersion: text(256).nullish(),
  FixedVersion: text(256).nullish(),
  Severity: z.string().max(64).nullish(),
  Status: z.string().max(64).nullish(),
  Title: z.string().nullish(),
  PkgIdentifier: z.object({ PURL: text(1024).nullish() }).nullish(),
});

const Package = z.object({
  Name: text(256).min(1),
  Version: text(256).nullish(),
  Release: text(256).nullish(),
  Epoch: z.number().int().nullish(),
});

const Result = z.object({
  Class: z.string().max(64).nullish(),
  Type: z.string().max(64).nullish(),
  Vulnerabilities: z.array(Vulnerability).max(MAX_ITEMS).nullish(),
  Packages: z.array(Package).max(MAX_ITEMS).nullish(),
});

/**
 * The fields of Trivy's JSON report (schema 2, read from 0.74.0) that decide something here. Trivy
 * leaves out what is empty or false: `Results`, `Vulnerabilities`, `Packages`, `EOSL`.
 */
export const TrivyReport = z.object({
  SchemaVersion: z.literal(2),
  Metadata: z
    .object({
      OS: z.object({ Family: text(64), Name: text(64), EOSL: z.boolean().nullish() }).nullish(),
      ImageConfig: z.object({ architecture: text(32).nullish() }).nullish(),
    })
    .nullish(),
  Results: z.array(Result).max(1000).nullish(),
});
export type TrivyReport = z.infer<typeof TrivyReport>;

export type ParsedReport =
  | { readonly ok: true; readonly report: TrivyReport }
  | { readonly ok: false; readonly fault: string };

/** Parses a report that a container group wrote. Never throws; a fault quotes none of its content. */
export function parseTrivyReport(bytes: Uint8Array): ParsedReport {
  const json = parseBoundedJson(bytes, LIMITS);
  if (!json.ok) return { ok: false, fault: json.fault };

  const parsed = TrivyReport.safeParse(json.value);
  if (parsed.success) return { ok: true, report: parsed.data };

  const issue = parsed.error.issues[0];
  const path = truncate((issue?.path ?? []).map(String).join('.'), 128);
  return { ok: false, fault: `not a Trivy report: ${issue?.code ?? 'invalid'} at /${path}` };
}
