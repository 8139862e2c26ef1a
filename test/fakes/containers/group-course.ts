import type { GroupRefusal, GroupSpec } from '../../../lib/containers/container-groups.ts';

/** How one container group goes, decided when it is created. Times are seconds. */
export type GroupCourse =
  /** The PUT is refused and there is no group. */
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
      /** How often the platform restarted the container meanwhile. */
      readonly restarts?: number;
      /** What the worker prints; a line with the group's name where nothing is said. */
      readonly log?: string;
      /** What the worker does, done at its end; what it throws nobody sees. */
      readonly work?: (spec: GroupSpec) => Promise<void>;
    }
  /** Provisioning fails: the group stays, and counts, until it is deleted. */
  | { readonly kind: 'fails-to-start'; readonly after: number; readonly detail: string }
  | { readonly kind: 'never-starts' }
  | { readonly kind: 'never-ends'; readonly startsAfter: number; readonly log?: string }
  /** Gone as if it had never been; its worker did nothing that lasts. */
  | { readonly kind: 'vanishes'; readonly after: number };

/** The course for the nth PUT (from 1) that ACI's own rules let pass. */
export type DecideCourse = (spec: GroupSpec, nth: number) => GroupCourse;

/** Starts after half a minute, works for a minute, exits 0. */
export const PLAIN_COURSE: GroupCourse = { kind: 'runs', startsAfter: 30, runsFor: 60 };

/** When the course changes the group next, after so many seconds from its creation. */
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
