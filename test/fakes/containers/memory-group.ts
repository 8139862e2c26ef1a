import type {
  ContainerSpec,
  ContainerStatus,
  GroupSpec,
  GroupStatus,
} from '../../../lib/containers/container-groups.ts';
import { containerEnd, courseEnd, type GroupCourse } from './group-course.ts';

/** Something that happens to a group by itself; milliseconds since 1970. */
export interface GroupEvent {
  readonly at: number;
  /** The container whose worker does its work then; undefined: the group changes as a whole. */
  readonly container?: ContainerSpec;
}

/** A group in the fake: what it is at a time follows from its course and when that began. */
export class MemoryGroup {
  readonly spec: GroupSpec;
  readonly course: GroupCourse;
  readonly createdAt: number;
  /** Containers whose worker's effects have happened. */
  readonly worked = new Set<string>();
  /** The end that the platform gave it has been seen. */
  ended = false;
  /** When the deletion under way will be done; milliseconds since 1970. */
  goneAt: number | undefined;

  constructor(spec: GroupSpec, course: GroupCourse, createdAt: number) {
    this.spec = spec;
    this.course = course;
    this.createdAt = createdAt;
  }

  /** What happens to it next that nobody asks for. */
  get events(): readonly GroupEvent[] {
    const workers = this.spec.containers.flatMap((container) => {
      const end = containerEnd(this.course, container.name);
      if (end === undefined || this.worked.has(container.name)) return [];
      return [{ at: this.createdAt + end * 1000, container }];
    });
    const end = courseEnd(this.course);
    const own = end === undefined || this.ended ? [] : [{ at: this.createdAt + end * 1000 }];
    if (this.goneAt === undefined) return [...workers, ...own];
    const gone = this.goneAt;
    return [...[...workers, ...own].filter(({ at }) => at < gone), { at: gone }];
  }

  /** Whether the worker of this container comes to do its work. */
  doesWork({ name }: ContainerSpec): boolean {
    return this.course.kind === 'runs' && this.course.containers?.[name]?.kind !== 'dies';
  }

  isGone(now: number): boolean {
    const vanished =
      this.course.kind === 'vanishes' && this.createdAt + this.course.after * 1000 <= now;
    return vanished || (this.goneAt !== undefined && this.goneAt <= now);
  }

  /** A second PUT in these moments is refused. */
  isTransitioning(now: number): boolean {
    return this.goneAt !== undefined || this.status(now).state === 'starting';
  }

  takesCores(now: number): boolean {
    const { state } = this.status(now);
    return state === 'starting' || state === 'running';
  }

  get cpu(): number {
    return this.spec.containers.reduce((sum, { cpu }) => sum + cpu, 0);
  }

  status(now: number): GroupStatus {
    const { name, tags } = this.spec;
    const containers = this.spec.containers.map(
      (container) => [container.name, this.#container(container, now)] as const,
    );
    const states = containers.map(([, { state }]) => state);
    const [, first] = containers[0] ?? [];
    return {
      name,
      state: states.find((one) => one === 'running') ?? states[0] ?? 'starting',
      containers: Object.fromEntries(containers),
      tags: { ...tags },
      detail:
        containers.length === 1
          ? (first?.detail ?? '')
          : containers.map(([container, { detail }]) => `${container}: ${detail}`).join('; '),
    };
  }

  /** As a list shows it: without an instance view nobody knows that it has stopped. */
  listed(now: number): GroupStatus {
    const shown = this.status(now);
    return shown.state === 'stopped' ? { ...shown, ...RUNNING } : shown;
  }

  #container({ name }: ContainerSpec, now: number): ContainerStatus {
    const { course } = this;
    const seconds = (now - this.createdAt) / 1000;
    switch (course.kind) {
      case 'runs': {
        if (seconds < course.startsAfter) return STARTING;
        const end = containerEnd(course, name);
        if (end === undefined || seconds < end) return RUNNING;
        return { state: 'stopped', detail: endOf(course, name) };
      }
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

/** As ACI's adapter describes it. */
function endOf(course: Extract<GroupCourse, { kind: 'runs' }>, container: string): string {
  const own = course.containers?.[container];
  const exitCode = own?.kind === 'dies' ? own.exitCode : (course.exitCode ?? 0);
  const { restarts = 0 } = course;
  const end = `Terminated (exit ${exitCode})`;
  return restarts === 0 ? end : `${end}; restarts: ${restarts}`;
}

const STARTING = { state: 'starting', detail: 'Waiting' } as const;
const RUNNING = { state: 'running', detail: 'Running' } as const;
