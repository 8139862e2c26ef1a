import type { GroupSpec, GroupStatus } from '../../../lib/containers/container-groups.ts';
import { courseEnd, type GroupCourse } from './group-course.ts';

/** A group in the fake. Its state follows from its course and the time. */
export class MemoryGroup {
  readonly spec: GroupSpec;
  readonly course: GroupCourse;
  readonly createdAt: number;
  /** True once the worker's effects have happened. */
  worked = false;
  /** End of a running deletion, in milliseconds since 1970. */
  goneAt: number | undefined;

  constructor(spec: GroupSpec, course: GroupCourse, createdAt: number) {
    this.spec = spec;
    this.course = course;
    this.createdAt = createdAt;
  }

  /** Time of its next change by itself, in milliseconds since 1970. */
  get nextEvent(): number | undefined {
    const end = courseEnd(this.course);
    const ends = end === undefined || this.worked ? undefined : this.createdAt + end * 1000;
    if (this.goneAt === undefined || ends === undefined) return this.goneAt ?? ends;
    return Math.min(this.goneAt, ends);
  }

  isGone(now: number): boolean {
    const vanished =
      this.course.kind === 'vanishes' && this.createdAt + this.course.after * 1000 <= now;
    return vanished || (this.goneAt !== undefined && this.goneAt <= now);
  }

  /** True while a second PUT is refused. */
  isTransitioning(now: number): boolean {
    return this.goneAt !== undefined || this.#state(now).state === 'starting';
  }

  takesCores(now: number): boolean {
    const { state } = this.#state(now);
    return state === 'starting' || state === 'running';
  }

  status(now: number): GroupStatus {
    const { name, tags } = this.spec;
    return { name, ...this.#state(now), tags: { ...tags } };
  }

  /** The group as a list shows it. Without the instance view, a list can't show that it has stopped. */
  listed(now: number): GroupStatus {
    const shown = this.status(now);
    return shown.state === 'stopped' ? { ...shown, ...RUNNING } : shown;
  }

  #state(now: number): Pick<GroupStatus, 'state' | 'detail'> {
    const { course } = this;
    const seconds = (now - this.createdAt) / 1000;
    switch (course.kind) {
      case 'runs':
        if (seconds < course.startsAfter) return STARTING;
        if (seconds < course.startsAfter + course.runsFor) return RUNNING;
        return { state: 'stopped', detail: endOf(course) };
      case 'never-ends':
        return seconds < course.startsAfter ? STARTING : RUNNING;
      case 'fails-to-start':
        return seconds < course.after ? STARTING : { state: 'lost', detail: course.detail };
      case 'never-starts':
      case 'vanishes':
      case 'refused':
        return STARTING;
      default:
        return course satisfies never;
    }
  }
}

/** The description that the ACI adapter would give. */
function endOf({ exitCode = 0, restarts = 0 }: Extract<GroupCourse, { kind: 'runs' }>): string {
  const end = `Terminated (exit ${exitCode})`;
  return restarts === 0 ? end : `${end}; restarts: ${restarts}`;
}

const STARTING = { state: 'starting', detail: 'Waiting' } as const;
const RUNNING = { state: 'running', detail: 'Running' } as const;
