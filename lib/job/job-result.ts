import { z } from 'zod';
import { Digest } from '../image/digest.ts';
import { plainText } from '../text/plain-text.ts';
import { BlockedPackage, MAX_BLOCKED } from './blocked-package.ts';

/**
 * What a container group says that it did: the blob `result.json`, written last. It is a claim: it is
 * parsed with these limits, and what decides is what the registry shows. Its texts for people come
 * out plain: they go on into rows, logs and annotations.
 */
const MAX_MESSAGE = 2000;
const Message = z
  .string()
  .max(MAX_MESSAGE)
  // It stands alone in a column: a spreadsheet must not calculate it.
  .transform((text) => plainText(text, MAX_MESSAGE).replace(/^[=+@-]+ */, ''));
const Sha256 = z.string().regex(/^[a-f0-9]{64}$/);

/** Why the worker could not scan an image. */
export const ScanFailure = z.enum([
  'image-not-found',
  'unauthorized',
  'image-too-large',
  'database-unavailable',
  'report-too-large',
  'timeout',
  'tool-failed',
]);
export type ScanFailure = z.infer<typeof ScanFailure>;

/** Why the worker could not patch an image. */
export const PatchFailure = z.enum([
  'buildkit-unavailable',
  'image-not-found',
  'unauthorized',
  'tooling-image-not-found',
  'unsupported-os',
  'end-of-life',
  'package-manager-failed',
  'package-source-gone',
  'package-source-unreachable',
  'package-source-untrusted',
  'timeout',
  'tool-failed',
]);
export type PatchFailure = z.infer<typeof PatchFailure>;

/** An image for which too little time was left. It takes no blame and goes into another attempt. */
const NotStarted = z.strictObject({ digest: Digest, outcome: z.literal('not-started') });

export const ScanImageResult = z.discriminatedUnion('outcome', [
  z.strictObject({
    digest: Digest,
    outcome: z.literal('scanned'),
    /** Of the report blob's bytes: a blob that differs was not written by this process. */
    reportSha256: Sha256,
  }),
  z.strictObject({
    digest: Digest,
    outcome: z.literal('failed'),
    failure: ScanFailure,
    message: Message,
  }),
  NotStarted,
]);
export type ScanImageResult = z.infer<typeof ScanImageResult>;

const Blocked = z.array(BlockedPackage).max(MAX_BLOCKED).optional();

export const PatchImageResult = z.discriminatedUnion('outcome', [
  /**
   * `staged` is the manifest that Copa pushed to the staging repository. `blocked` lists the packages
   * that the patch leaves as they are.
   */
  z.strictObject({
    digest: Digest,
    outcome: z.literal('patched'),
    staged: Digest,
    blocked: Blocked,
  }),
  /** Nothing could be updated: Copa said so, or every package is in `blocked`. Nothing is pushed. */
  z.strictObject({ digest: Digest, outcome: z.literal('nothing-to-do'), blocked: Blocked }),
  z.strictObject({
    digest: Digest,
    outcome: z.literal('failed'),
    failure: PatchFailure,
    message: Message,
  }),
  NotStarted,
]);
export type PatchImageResult = z.infer<typeof PatchImageResult>;

const MAX_TOOLS = 5;
const ToolName = z.string().regex(/^[a-z0-9-]{1,32}$/);
const ToolVersion = z
  .string()
  .max(64)
  .transform((text) => plainText(text, 64));

const ResultBase = {
  version: z.literal(1),
  jobId: z.string().max(63),
  attempt: z.number().int().min(1).max(99),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** Tool name → version as the tool itself says, for example `trivy` → `0.74.0`. */
  tools: z
    .record(ToolName, ToolVersion)
    .refine((tools) => Object.keys(tools).length <= MAX_TOOLS, { error: 'too many tools' }),
};

export const ScanJobResult = z.strictObject({
  ...ResultBase,
  kind: z.literal('scan'),
  /**
   * The platforms that the vulnerability database holds advisories for, as its buckets are named
   * (`debian 12`, `alpine 3.18`): an image of any other can't be called clean.
   */
  advisoryPlatforms: z.array(z.string().max(128)).max(2000),
  images: z.array(ScanImageResult).max(200),
});
export type ScanJobResult = z.infer<typeof ScanJobResult>;

export const PatchJobResult = z.strictObject({
  ...ResultBase,
  kind: z.literal('patch'),
  images: z.array(PatchImageResult).max(50),
});
export type PatchJobResult = z.infer<typeof PatchJobResult>;

export const JobResult = z.discriminatedUnion('kind', [ScanJobResult, PatchJobResult]);
export type JobResult = z.infer<typeof JobResult>;

/** Above this a result or a report is refused unread, in bytes. */
export const MAX_RESULT_BYTES = 1024 * 1024;
export const MAX_REPORT_BYTES = 32 * 1024 * 1024;
