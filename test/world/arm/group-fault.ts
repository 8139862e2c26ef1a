import type { ArmError } from './arm-error.ts';
import {
  capacityMissing,
  inaccessibleImage,
  internalError,
  quotaReached,
  throttled,
  transitioning,
} from './arm-error.ts';
import { type GroupRequest, requestedResources } from './group-request.ts';

/** One of the ways in which ACI fails a group. Times are milliseconds after the group's start. */
export type GroupFault =
  /** The PUT is answered with an error and there is no group. */
  | {
      readonly kind: 'refused';
      readonly with:
        | 'quota'
        | 'capacity'
        | 'throttled'
        | 'transitioning'
        | 'image'
        | 'server-error';
      readonly retryAfterSeconds?: number;
    }
  /** The group is made, but the connection breaks before the answer. */
  | { readonly kind: 'answer-lost' }
  | {
      readonly kind: 'provisioning-failed';
      readonly event: 'InsufficientCapacity' | 'InaccessibleImage';
    }
  | { readonly kind: 'stays-pending' }
  | { readonly kind: 'vanishes'; readonly afterMs: number }
  | { readonly kind: 'out-of-memory'; readonly afterMs: number }
  /** Nothing runs; the container ends with this code: 0 without a result, 7147 for the platform's. */
  | { readonly kind: 'ends-without-running'; readonly exitCode: number }
  /** Killed and started again by the platform, once. */
  | { readonly kind: 'restarted'; readonly afterMs: number }
  /** Runs, does nothing and never ends. */
  | { readonly kind: 'never-ends' }
  | { readonly kind: 'slow-start'; readonly delayMs: number };

/** What a plan may look at. */
export interface PlannedGroup {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly request: GroupRequest;
}

/** Decides how the nth (from 1) creation fails; undefined: not at all. */
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
      return capacityMissing(region, cpu, memoryGb);
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
