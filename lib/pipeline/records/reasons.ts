import * as z from 'zod';

/**
 * Why a target ended in its state. Public and stable: operators alert on these words.
 * docs/reasons.md explains each of them and what to do.
 */
export const SkipReason = z.enum([
  'builder-incompatible',
  'claimed-elsewhere',
  'cost-limit',
  'database-too-old',
  'end-of-life',
  'image-too-large',
  'multi-arch',
  'no-advisory-data',
  'no-fix-available',
  'no-op-patch',
  'not-an-image',
  'not-found',
  'patched-elsewhere',
  'run-over',
  'source-changed',
  'tag-ambiguous',
  'tag-limit',
  'tag-locked',
  'tag-race-lost',
  'unsupported-image',
  'unsupported-os',
  'unsupported-platform',
  'vendor-maintained',
  'windows',
]);
export type SkipReason = z.infer<typeof SkipReason>;

/** The image needs a patch, and a later run takes it. */
export const WaitReason = z.enum(['backing-off', 'held-by-another-run']);
export type WaitReason = z.infer<typeof WaitReason>;

export const RejectReason = z.enum([
  'config-changed',
  'grew-too-much',
  'layer-suspicious',
  'layers-changed',
  'manifest-changed',
  'media-type-changed',
  'new-findings',
  'not-fixed',
  'packages-lost',
  'platform-changed',
  'setuid-regained',
  'too-many-layers',
]);
export type RejectReason = z.infer<typeof RejectReason>;

export const FailReason = z.enum([
  'builder-unavailable',
  'configuration',
  'database-unavailable',
  'entry-invalid',
  'group-lost',
  'group-too-large',
  'image-not-found',
  'image-too-large',
  'internal-error',
  'manifest-locked',
  'needs-proc',
  'network-not-ready',
  'no-builder',
  'out-of-memory',
  'package-manager-failed',
  'package-source-gone',
  'package-source-unreachable',
  'package-source-untrusted',
  'quota',
  'registry-error',
  'report-invalid',
  'result-invalid',
  'run-deadline',
  'staging-missing',
  'storage-error',
  'tag-locked',
  'timeout',
  'tool-failed',
  'tooling-image-not-found',
  'unauthorized',
]);
export type FailReason = z.infer<typeof FailReason>;

/** A reason of rows that earlier versions wrote. Today it is a state. */
const FORMER_REASON = 'already-patched';

/** Reasons for which a target may be skipped or fail. */
const IN_TWO_STATES: readonly FailReason[] = ['image-too-large', 'tag-locked'];

export const Reason = z.enum([
  ...SkipReason.options,
  ...WaitReason.options,
  ...RejectReason.options,
  ...FailReason.options.filter((reason) => !IN_TWO_STATES.includes(reason)),
  'canceled',
  'dry-run',
  FORMER_REASON,
]);
export type Reason = z.infer<typeof Reason>;

/**
 * How a target ended, with its reason. `detail` is for people and is sanitized before storage. `log`
 * names the blob with the output of the container that failed.
 */
export type Outcome =
  | { readonly state: 'clean'; readonly detail?: string }
  | { readonly state: 'patched' }
  | { readonly state: 'already-patched'; readonly detail?: string }
  | { readonly state: 'planned'; readonly reason: 'dry-run' }
  | (Explained & { readonly state: 'skipped'; readonly reason: SkipReason })
  | { readonly state: 'waiting'; readonly reason: WaitReason; readonly detail?: string }
  | { readonly state: 'rejected'; readonly reason: RejectReason; readonly detail?: string }
  | (Explained & { readonly state: 'failed'; readonly reason: FailReason })
  | { readonly state: 'canceled'; readonly reason: 'canceled' };

interface Explained {
  readonly detail?: string;
  readonly log?: string | undefined;
}
