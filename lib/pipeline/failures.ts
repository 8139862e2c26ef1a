import { ContainerGroupsError, type GroupRefusal } from '../containers/container-groups.ts';
import { RegistryError, type RegistryErrorCode } from '../registry/registry.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { FailReason } from './records/reasons.ts';

/**
 * The only table of remedies for failures of external services.
 * - wait: all jobs hold back for this long, then the same attempt is retried
 * - look: the request may have taken effect; check before the next action
 * - retry: with a growing delay; give up with this reason after this many failures in a row
 * - smaller: the attempt counts, and its images are retried in smaller batches
 * - give-up: a retry can't succeed
 */
export type Remedy =
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'look' }
  | { readonly do: 'retry'; readonly times: number; readonly reason: FailReason }
  | { readonly do: 'smaller'; readonly reason: FailReason }
  | { readonly do: 'give-up'; readonly reason: FailReason };

/** A container group that Azure refuses to create. */
export const GROUP_REFUSED: Readonly<Record<GroupRefusal, Remedy>> = {
  throttled: { do: 'wait', seconds: 30 },
  quota: { do: 'wait', seconds: 120 },
  capacity: { do: 'wait', seconds: 120 },
  // Azure connects the subnet for one group at a time.
  network: { do: 'wait', seconds: 60 },
  // A group of this name may exist or be about to: a second PUT would restart it.
  transitioning: { do: 'look' },
  unavailable: { do: 'look' },
  // ARM reports a brief registry failure in the same way as a wrong name or credential.
  'image-pull': { do: 'retry', times: 4, reason: 'configuration' },
  'too-large': { do: 'smaller', reason: 'group-too-large' },
  configuration: { do: 'give-up', reason: 'configuration' },
  // Role assignments take minutes to propagate after a deployment.
  unauthorized: { do: 'retry', times: 8, reason: 'unauthorized' },
};

/** How a container group that was created ended without a result. */
export type GroupEnd = 'late' | 'gone' | 'stopped' | 'not-provisioned';

/**
 * - elsewhere: not an image's fault; after this delay, start another group, which Azure places anew
 * - lose: the attempt counts, and its images are retried in smaller batches
 */
export type EndRemedy =
  | { readonly do: 'elsewhere'; readonly seconds: number }
  | { readonly do: 'lose'; readonly reason: FailReason };

export const GROUP_ENDED: Readonly<Record<GroupEnd, EndRemedy>> = {
  late: { do: 'lose', reason: 'timeout' },
  gone: { do: 'lose', reason: 'group-lost' },
  stopped: { do: 'lose', reason: 'group-lost' },
  // Azure failed to provision it, for example for lack of capacity.
  'not-provisioned': { do: 'elsewhere', seconds: 60 },
};

/** About 40 minutes of an unresponsive service. */
const PATIENT = 10;
/** Role assignments take minutes to propagate. Waiting does not repair a permanent fault. */
const BRIEF = 4;

const REGISTRY_FAILED: Readonly<Record<RegistryErrorCode, Remedy>> = {
  throttled: { do: 'retry', times: PATIENT, reason: 'registry-error' },
  unavailable: { do: 'retry', times: PATIENT, reason: 'registry-error' },
  unexpected: { do: 'retry', times: PATIENT, reason: 'registry-error' },
  unauthorized: { do: 'retry', times: BRIEF, reason: 'unauthorized' },
  denied: { do: 'retry', times: BRIEF, reason: 'unauthorized' },
  // A valid manifest may lack blobs because a mount was lost.
  invalid: { do: 'retry', times: BRIEF, reason: 'registry-error' },
  'digest-mismatch': { do: 'retry', times: BRIEF, reason: 'registry-error' },
  'too-large': { do: 'give-up', reason: 'registry-error' },
  locked: { do: 'give-up', reason: 'tag-locked' },
};

/** Maps any error thrown by a step to a remedy. */
export function remedyFor(error: unknown): Remedy {
  if (error instanceof RegistryError) return REGISTRY_FAILED[error.code];
  if (error instanceof StorageError) {
    return { do: 'retry', times: PATIENT, reason: 'storage-error' };
  }
  if (error instanceof ContainerGroupsError) {
    const denied = error.refusal === 'unauthorized';
    return denied
      ? { do: 'retry', times: BRIEF, reason: 'unauthorized' }
      : { do: 'retry', times: PATIENT, reason: 'group-lost' };
  }
  return { do: 'retry', times: BRIEF, reason: 'internal-error' };
}

/** Longest wait that a service may ask for: a run must be able to end in the meantime. */
export const LONGEST_WAIT_SECONDS = 15 * 60;

/** Returns the wait that the service asked for, in seconds, up to the limit. 0 if none. */
export function askedToWait(error: unknown): number {
  const asks = error instanceof RegistryError || error instanceof ContainerGroupsError;
  return asks ? Math.min(error.retryAfterSeconds ?? 0, LONGEST_WAIT_SECONDS) : 0;
}
