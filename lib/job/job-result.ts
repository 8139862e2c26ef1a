import * as z from 'zod';
import { Digest } from '../image/digest.ts';
import { plainText } from '../text/plain-text.ts';
import { ClaimedBlock, MAX_BLOCKED } from './blocked-package.ts';
import { BuilderKind, BuilderRefusal, MAX_NEEDS } from './builder-report.ts';

/**
 * The output of a container group: the blob `result.json`, written last. It is untrusted: parsed with
 * limits, and checked against the registry. Its texts are sanitized for rows, logs and annotations.
 */
const MAX_MESSAGE = 2000;
const Message = z
  .string()
  .max(MAX_MESSAGE)
  // The text is a column of its own, and a spreadsheet must not run it as a formula.
  .transform((text) => plainText(text, MAX_MESSAGE).replace(/^[=+@-]+ */, ''));
const Sha256 = z.string().regex(/^[a-f0-9]{64}$/);

/** Why the worker could not scan an image. */
export const ScanFailure = z.enum([
  'image-not-found',
  'unauthorized',
  'image-too-large',
  'database-unavailable',
  'out-of-memory',
  'report-too-large',
  'timeout',
  'tool-failed',
]);
export type ScanFailure = z.infer<typeof ScanFailure>;

/** Why the worker could not patch an image. */
export const PatchFailure = z.enum([
  'builder-incompatible',
  'builder-unavailable',
  'image-not-found',
  'image-too-large',
  'needs-proc',
  'step-crashed',
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

/**
 * An image for which too little time was left. A scan goes into another attempt without counting as
 * failed. A patch is alone in its container, so it counts as a timeout.
 */
const NotStarted = z.strictObject({ digest: Digest, outcome: z.literal('not-started') });

export const ScanImageResult = z.discriminatedUnion('outcome', [
  z.strictObject({
    digest: Digest,
    outcome: z.literal('scanned'),
    /** SHA-256 of the report blob. If it differs, another process wrote the blob. */
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

const Blocked = z.array(ClaimedBlock).max(MAX_BLOCKED).optional();

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

function isWithoutBuilder(image: PatchImageResult): boolean {
  return image.outcome === 'failed' && image.failure === 'builder-unavailable';
}

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
  /** Tool name → version that the tool reports, for example `trivy` → `0.74.0`. */
  tools: z
    .record(ToolName, ToolVersion)
    .refine((tools) => Object.keys(tools).length <= MAX_TOOLS, { error: 'too many tools' }),
};

export const ScanJobResult = z.strictObject({
  ...ResultBase,
  kind: z.literal('scan'),
  /**
   * Platforms with advisories in the vulnerability database, by bucket name (`debian 12`, `alpine
   * 3.18`). An image of another platform can't be called clean.
   */
  advisoryPlatforms: z.array(z.string().max(128)).max(2000),
  images: z.array(ScanImageResult).max(200),
});
export type ScanJobResult = z.infer<typeof ScanJobResult>;

export const PatchJobResult = z
  .strictObject({
    ...ResultBase,
    kind: z.literal('patch'),
    images: z.array(PatchImageResult).max(50),
    /** Absent if no builder could work. */
    builder: BuilderKind.optional(),
    /** Why no builder could work: system calls that the container refused. */
    refusals: z.array(BuilderRefusal).max(MAX_NEEDS).optional(),
  })
  .refine(
    ({ images, builder, refusals = [] }) =>
      refusals.length === 0 || (builder === undefined && images.every(isWithoutBuilder)),
    { path: ['refusals'], error: 'refusals, but a builder or another outcome' },
  );
export type PatchJobResult = z.infer<typeof PatchJobResult>;

export const JobResult = z.discriminatedUnion('kind', [ScanJobResult, PatchJobResult]);
export type JobResult = z.infer<typeof JobResult>;

/** Size limits in bytes. A larger result or report is refused without reading. */
export const MAX_RESULT_BYTES = 1024 * 1024;
export const MAX_REPORT_BYTES = 32 * 1024 * 1024;
