import type { ArmError } from './arm-error.ts';
import {
  capacityMissing,
  inaccessibleImage,
  internalError,
  networkNotReady,
  quotaReached,
  requestTooLarge,
  throttled,
  transitioning,
} from './arm-error.ts';
import { type GroupRequest, requestedResources } from './group-request.ts';

/** A way in which ACI fails a group. Times are in milliseconds after the group's start. */
export type GroupFault =
  /** The PUT is answered with an error and creates no group. */
  | {
      readonly kind: 'refused';
      readonly with:
        | 'quota'
        | 'capacity'
        | 'network'
        | 'too-large'
        | 'throttled'
        | 'transitioning'
        | 'image'
        | 'server-error';
      readonly retryAfterSeconds?: number;
    }
  /** The group is created, but the connection breaks before the response. */
  | { readonly kind: 'answer-lost' }
  | {
      readonly kind: 'provisioning-failed';
      readonly event: 'InsufficientCapacity' | 'InaccessibleImage';
    }
  | { readonly kind: 'stays-pending' }
  | { readonly kind: 'vanishes'; readonly afterMs: number }
  | { readonly kind: 'out-of-memory'; readonly afterMs: number }
  /** Nothing runs; the container ends with this code: 0 without a result, or 7147 by the platform. */
  | { readonly kind: 'ends-without-running'; readonly exitCode: number }
  /** The platform kills and restarts it once. */
  | { readonly kind: 'restarted'; readonly afterMs: number }
  /** Runs, does nothing and never ends. */
  | { readonly kind: 'never-ends' }
  | { readonly kind: 'slow-start'; readonly delayMs: number };

/** The information for a plan. */
export interface PlannedGroup {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly request: GroupRequest;
}

/** Decides how the nth (from 1) creation fails; undefined if it succeeds. */
export type FaultPlan = (group: PlannedGroup, nth: number) => GroupFault | undefined;

export function refusalOf(
  fault: Extract<GroupFault, { readonly kind: 'refused' }>,
  name: string,
  request: GroupRequest,
): ArmError {
  const region = request.location ?? '';
  const { cpu, memoryGb } = requestedResources(request);
  switch (fault.with) {
    case 'quota':
      return quotaReached('ContainerGroups', region, { limit: 100, usage: 100, requested: 1 });
    case 'capacity':
      return capacityMissing(region, cpu, memoryGb, fault.retryAfterSeconds);
    case 'network':
      return networkNotReady(name, fault.retryAfterSeconds);
    case 'too-large':
      return requestTooLarge();
    case 'throttled':
      return throttled('container group creations', fault.retryAfterSeconds ?? 5);
    case 'transitioning':
      return transitioning(name);
    case 'image':
      return inaccessibleImage(request.properties.containers[0]?.properties.image ?? '', name);
    case 'server-error':
      return internalError();
  }
}
