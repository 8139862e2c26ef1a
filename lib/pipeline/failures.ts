import { ContainerGroupsError, type GroupRefusal } from '../containers/container-groups.ts';
import { RegistryError, type RegistryErrorCode } from '../registry/registry.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { FailReason } from './records/reasons.ts';

/**
 * What to do about each failure of the outside. This is the one place that says so.
 * - wait: nobody is to blame; all jobs hold back so long, and the same attempt is made again
 * - look: it may have taken effect; look for it before anything else is done
 * - retry: a little later each time, and give up with this reason after so many in a row
 * - give-up: it will never be right
 */
export type Remedy =
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'look' }
  | { readonly do: 'retry'; readonly times: number; readonly reason: FailReason }
  | { readonly do: 'give-up'; readonly reason: FailReason };

/** A container group that Azure refuses to create. */
export const GROUP_REFUSED: Readonly<Record<GroupRefusal, Remedy>> = {
  throttled: { do: 'wait', seconds: 30 },
  quota: { do: 'wait', seconds: 120 },
  capacity: { do: 'wait', seconds: 120 },
  // A group of this name is on its way, or nobody knows: a second PUT would restart it.
  transitioning: { do: 'look' },
  unavailable: { do: 'look' },
  // A registry that fails for a moment is told like a wrong name or credential.
  'image-pull': { do: 'retry', times: 4, reason: 'configuration' },
  configuration: { do: 'give-up', reason: 'configuration' },
  // Roles take minutes to spread after a deployment.
  unauthorized: { do: 'retry', times: 8, reason: 'unauthorized' },
};

/** How a container group that came about ended without a result. */
export type GroupEnd = 'late' | 'gone' | 'stopped' | 'not-provisioned';

/**
 * - elsewhere: no image is to blame; after so long another group, which Azure places anew
 * - lose: the attempt counts, and its images are tried again in smaller batches
 */
export type EndRemedy =
  | { readonly do: 'elsewhere'; readonly seconds: number }
  | { readonly do: 'lose'; readonly reason: FailReason };

export const GROUP_ENDED: Readonly<Record<GroupEnd, EndRemedy>> = {
  late: { do: 'lose', reason: 'timeout' },
  gone: { do: 'lose', reason: 'group-lost' },
  stopped: { do: 'lose', reason: 'group-lost' },
  // The platform never got it to run: for want of capacity there, for example.
  'not-provisioned': { do: 'elsewhere', seconds: 60 },
};

/** Some 40 minutes of an outside that does not answer. */
const PATIENT = 10;
/** Roles take minutes to spread. What is wrong in itself does not get right by waiting. */
const BRIEF = 4;

/** The registry fails in the middle of a step. */
const REGISTRY_FAILED: Readonly<Record<RegistryErrorCode, Remedy>> = {
  throttled: { do: 'retry', times: PATIENT, reason: 'registry-error' },
  unavailable: { do: 'retry', times: PATIENT, reason: 'registry-error' },
  unexpected: { do: 'retry', times: PATIENT, reason: 'registry-error' },
  unauthorized: { do: 'retry', times: BRIEF, reason: 'unauthorized' },
  denied: { do: 'retry', times: BRIEF, reason: 'unauthorized' },
  // Blobs may be missing from a manifest that was right: a mount got lost.
  invalid: { do: 'retry', times: BRIEF, reason: 'registry-error' },
  'digest-mismatch': { do: 'retry', times: BRIEF, reason: 'registry-error' },
  'too-large': { do: 'give-up', reason: 'registry-error' },
  locked: { do: 'give-up', reason: 'tag-locked' },
};

/** Whatever a step throws: unexpected by its place in the code, not by its kind. */
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

/** However long a service asks to wait: a run must be able to end meanwhile. */
export const LONGEST_WAIT_SECONDS = 15 * 60;

/** What the service asked to wait, in seconds, within reason. */
export function askedToWait(error: unknown): number {
  const asks = error instanceof RegistryError || error instanceof ContainerGroupsError;
  return asks ? Math.min(error.retryAfterSeconds ?? 0, LONGEST_WAIT_SECONDS) : 0;
}
