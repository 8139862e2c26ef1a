import type { GroupRefusal, GroupSpec } from '../../../lib/containers/container-groups.ts';

/** The course of one container group, decided at its creation. Times are in seconds. */
export type GroupCourse =
  /** The PUT is refused and creates no group. */
  | {
      readonly kind: 'refused';
      readonly refusal: GroupRefusal;
      readonly retryAfterSeconds?: number;
    }
  | {
      readonly kind: 'runs';
      readonly startsAfter: number;
      readonly runsFor: number;
      readonly exitCode?: number;
      /** How often the platform restarted the container. */
      readonly restarts?: number;
      /** The worker's output. Default: a line with the group's name. */
      readonly log?: string;
      /** The worker's effects, which happen at its end. Its errors are ignored. */
      readonly work?: (spec: GroupSpec) => Promise<void>;
    }
  /** Provisioning fails. The group exists, and counts for quotas, until it is deleted. */
  | { readonly kind: 'fails-to-start'; readonly after: number; readonly detail: string }
  | { readonly kind: 'never-starts' }
  | { readonly kind: 'never-ends'; readonly startsAfter: number; readonly log?: string }
  /** The group disappears, and its worker has no effect. */
  | { readonly kind: 'vanishes'; readonly after: number };

/** Decides the course of the nth PUT (from 1) that ACI's rules accept. */
export type DecideCourse = (spec: GroupSpec, nth: number) => GroupCourse;

/** Starts after half a minute, works for a minute, exits with 0. */
export const PLAIN_COURSE: GroupCourse = { kind: 'runs', startsAfter: 30, runsFor: 60 };

/** The time of the next change of the group, after this many seconds from its creation. */
export function courseEnd(course: GroupCourse): number | undefined {
  switch (course.kind) {
    case 'runs':
      return course.startsAfter + course.runsFor;
    case 'fails-to-start':
    case 'vanishes':
      return course.after;
    case 'never-starts':
    case 'never-ends':
    case 'refused':
      return undefined;
    default:
      return course satisfies never;
  }
}
