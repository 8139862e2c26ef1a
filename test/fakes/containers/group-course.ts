import type {
  ContainerSpec,
  GroupRefusal,
  GroupSpec,
} from '../../../lib/containers/container-groups.ts';

/** How one container differs from the others of its group. Times are seconds. */
export type ContainerCourse =
  /** It ends so long after its start. */
  | { readonly kind: 'runs'; readonly runsFor: number }
  | { readonly kind: 'hangs' }
  /** It ends before its worker has done anything. */
  | { readonly kind: 'dies'; readonly after: number; readonly exitCode: number };

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
      /** What the worker of each container does, done at its end; what it throws nobody sees. */
      readonly work?: (spec: GroupSpec, container: ContainerSpec) => Promise<void>;
      /** Containers that go another way, by name. */
      readonly containers?: Readonly<Record<string, ContainerCourse>>;
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

/** When a container of the course ends, in seconds from its creation. */
export function containerEnd(course: GroupCourse, container: string): number | undefined {
  if (course.kind !== 'runs') return undefined;
  const own = course.containers?.[container];
  switch (own?.kind) {
    case undefined:
      return course.startsAfter + course.runsFor;
    case 'runs':
      return course.startsAfter + own.runsFor;
    case 'dies':
      return course.startsAfter + own.after;
    case 'hangs':
      return undefined;
    default:
      return own satisfies never;
  }
}

/** When the platform ends the group, in seconds from its creation. */
export function courseEnd(course: GroupCourse): number | undefined {
  switch (course.kind) {
    case 'fails-to-start':
    case 'vanishes':
      return course.after;
    case 'runs':
    case 'never-starts':
    case 'never-ends':
    case 'refused':
      return undefined;
    default:
      return course satisfies never;
  }
}
