import type { Clock } from '../../lib/clock.ts';
import {
  type ContainerGroups,
  type GroupAnswer,
  type GroupName,
  type GroupRefusal,
  type GroupSpec,
  type GroupStatus,
  GroupTag,
  MANAGED_BY,
} from '../../lib/containers/container-groups.ts';
import { type DecideCourse, PLAIN_COURSE } from './containers/group-course.ts';
import { type GroupEvent, MemoryGroup } from './containers/memory-group.ts';
import { type RateLimits, RateWindow } from './containers/rate-window.ts';

/** ACI's quotas for a subscription in one region. */
export interface GroupLimits {
  readonly groups: number;
  /** True if the limit is that of a subnet that is not ready for more groups, instead of a quota. */
  readonly bySubnet?: boolean;
  /** Cores for each SKU. A stopped group uses none. */
  readonly cores: number;
  readonly creations: RateLimits;
  readonly deletions: RateLimits;
}

/** Azure's defaults (container-instances-resource-and-quota-limits). */
const DEFAULT_LIMITS: GroupLimits = {
  groups: 100,
  cores: 100,
  creations: { perHour: 300, perFiveMinutes: 100 },
  deletions: { perHour: 300, perFiveMinutes: 100 },
};

export interface MemoryContainerGroupsOptions {
  readonly clock: Clock;
  readonly decide?: DecideCourse;
  readonly limits?: Partial<GroupLimits>;
  /** Duration of a deletion in seconds. Default: 5. */
  readonly deletionSeconds?: number;
}

/** One PUT that had an effect. */
export interface Creation {
  readonly at: Date;
  readonly spec: GroupSpec;
  /** True if the group existed, so that this PUT restarted it. */
  readonly restart: boolean;
}

/**
 * Container groups in memory, on the given clock. The effects of a group's worker happen in
 * `advance()`: the owner of the clock sets it to `nextEvent()` or later and calls it.
 */
export class MemoryContainerGroups implements ContainerGroups {
  /** Decides the course of the groups that are created from now on. */
  decide: DecideCourse;
  readonly #clock: Clock;
  readonly #limits: GroupLimits;
  readonly #deletionMs: number;
  readonly #creationRate: RateWindow;
  readonly #deletionRate: RateWindow;
  readonly #groups = new Map<GroupName, MemoryGroup>();
  readonly #creations: Creation[] = [];
  #decided = 0;

  constructor(options: MemoryContainerGroupsOptions) {
    this.#clock = options.clock;
    this.decide = options.decide ?? (() => PLAIN_COURSE);
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#creationRate = new RateWindow(this.#limits.creations);
    this.#deletionRate = new RateWindow(this.#limits.deletions);
    this.#deletionMs = (options.deletionSeconds ?? 5) * 1000;
  }

  async get(name: GroupName): Promise<GroupStatus | undefined> {
    return this.#find(name)?.status(this.#now());
  }

  async create(spec: GroupSpec): Promise<GroupAnswer> {
    const now = this.#now();
    if (spec.privileged && spec.sku === 'Standard') {
      return refuse('configuration', '400 SecurityContextNotSupported');
    }
    const present = this.#find(spec.name);
    if (present?.isTransitioning(now)) {
      return refuse('transitioning', '409 ContainerGroupTransitioning');
    }
    if (present === undefined) {
      const wait = this.#creationRate.take(now);
      if (wait !== undefined) return refuse('throttled', '429 TooManyRequests', wait);
      if (!this.#fits(spec)) return this.#refuseAnother();
    }
    this.#decided += 1;
    const course = this.decide(spec, this.#decided);
    if (course.kind === 'refused') {
      return refuse(course.refusal, `refused: ${course.refusal}`, course.retryAfterSeconds);
    }
    const copy = structuredClone(spec);
    this.#groups.set(spec.name, new MemoryGroup(copy, course, now));
    this.#creations.push({ at: new Date(now), spec: copy, restart: present !== undefined });
    return { ok: true };
  }

  async delete(name: GroupName): Promise<GroupAnswer> {
    const now = this.#now();
    const group = this.#find(name);
    if (group === undefined) return { ok: true };
    const wait = this.#deletionRate.take(now);
    if (wait !== undefined) return refuse('throttled', '429 TooManyRequests', wait);
    group.goneAt ??= now + this.#deletionMs;
    return { ok: true };
  }

  async *list(): AsyncIterable<GroupStatus> {
    for (const group of this.all()) {
      if (group.spec.tags[GroupTag.managedBy] === MANAGED_BY) yield group.listed(this.#now());
    }
  }

  async logs(name: GroupName, container: string): Promise<string | undefined> {
    const group = this.#find(name);
    const state = group?.status(this.#now()).containers[container]?.state;
    if (state !== 'running' && state !== 'stopped') return undefined;
    const { course } = group ?? {};
    const printed = course !== undefined && 'log' in course ? course.log : undefined;
    return printed ?? `log of ${container} in ${name}\n`;
  }

  /** Every PUT that had an effect, oldest first. */
  creations(): readonly Creation[] {
    return [...this.#creations];
  }

  /** The existing groups, ours or not, in order of creation. */
  all(): readonly MemoryGroup[] {
    return [...this.#groups.values()].filter((group) => !group.isGone(this.#now()));
  }

  /** Time when the next group ends or disappears by itself; undefined if none will. */
  nextEvent(): Date | undefined {
    const times = this.#pending().map(({ at }) => at);
    return times.length === 0 ? undefined : new Date(Math.min(...times));
  }

  /** Executes what is due by now, in order of time and then of creation. */
  async advance(): Promise<void> {
    const due = this.#pending().filter(({ at }) => at <= this.#now());
    for (const { group, container } of due.sort((a, b) => a.at - b.at)) {
      const { course } = group;
      if (container === undefined) group.ended = true;
      else {
        const works = course.kind === 'runs' && group.doesWork(container);
        if (works) await course.work?.(group.spec, container).catch(() => undefined);
        group.worked.add(container.name);
      }
      this.#dropIfGone(group);
    }
  }

  #fits(spec: GroupSpec): boolean {
    const all = this.all();
    const cores = all
      .filter((group) => group.spec.sku === spec.sku && group.takesCores(this.#now()))
      .reduce((sum, group) => sum + group.cpu, 0);
    const asked = spec.containers.reduce((sum, { cpu }) => sum + cpu, 0);
    return all.length < this.#limits.groups && cores + asked <= this.#limits.cores;
  }

  #refuseAnother(): GroupAnswer {
    return this.#limits.bySubnet === true
      ? refuse('network', '409 ServiceAssociationLinkNotReady')
      : refuse('quota', '409 ContainerGroupQuotaReached');
  }

  #pending(): (GroupEvent & { readonly group: MemoryGroup })[] {
    return [...this.#groups.values()].flatMap((group) =>
      group.events.map((event) => ({ ...event, group })),
    );
  }

  #dropIfGone(group: MemoryGroup): void {
    if (group.isGone(this.#now()) && this.#groups.get(group.spec.name) === group) {
      this.#groups.delete(group.spec.name);
    }
  }

  #find(name: GroupName): MemoryGroup | undefined {
    const group = this.#groups.get(name);
    return group === undefined || group.isGone(this.#now()) ? undefined : group;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}

function refuse(refusal: GroupRefusal, detail: string, retryAfterSeconds?: number): GroupAnswer {
  return {
    ok: false,
    refusal,
    detail,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}
