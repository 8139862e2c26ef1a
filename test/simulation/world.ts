import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { NO_LEASE } from '../../lib/pipeline/lease.ts';
import { heldElsewhere } from '../../lib/pipeline/marks/hold-repository.ts';
import type { PipelineOptions } from '../../lib/pipeline/services.ts';
import { StorageUse } from '../../lib/storage/storage-use.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryBlobs } from '../fakes/memory-blobs.ts';
import { MemoryContainerGroups } from '../fakes/memory-container-groups.ts';
import { MemoryQueues } from '../fakes/memory-queues.ts';
import { MemoryRegistry } from '../fakes/memory-registry.ts';
import { MemoryTables } from '../fakes/memory-tables.ts';
import { seedWorkerImage } from '../fakes/registry/seed-worker-image.ts';
import { Coverage } from './coverage.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Backends } from './gates/gate.ts';
import { decideCourse } from './group-courses.ts';
import { ImagePusher } from './image-pusher.ts';
import { Observer } from './observer.ts';
import type { Random } from './random.ts';
import { Receiver } from './receiver.ts';
import type { Scenario } from './scenario.ts';
import { optionsOf } from './simulated-options.ts';
import type { Instance, Task } from './task.ts';
import { Timetable } from './timetable.ts';
import { Truth } from './truth.ts';

export const START = Date.parse('2026-11-23T02:00:00Z');
/** Hours from the last run's start until faults stop. Then everything must end. */
const FAULTS_HOURS = 5;

export interface WorldOptions {
  readonly scenario: Scenario;
  readonly random: Random;
  readonly plan: FaultPlan;
  readonly trace?: boolean;
}

/**
 * The state of a simulated world: the contents of Azure, the running tasks and the pending events. It
 * uses no real time and no real randomness.
 */
export class World {
  readonly clock = new ManualClock(new Date(START));
  readonly coverage = new Coverage();
  readonly truth = new Truth();
  readonly timetable = new Timetable();
  readonly tasks = new Set<Task>();
  readonly instances: readonly [Instance, Instance] = [
    { name: 'A', storageUse: new StorageUse(), skewMs: 0, exits: 0, downUntil: 0 },
    { name: 'B', storageUse: new StorageUse(), skewMs: 0, exits: 0, downUntil: 0 },
  ];
  readonly scenario: Scenario;
  readonly random: Random;
  readonly plan: FaultPlan;
  readonly backends: Backends;
  readonly observer: Observer;
  readonly images: ImagePusher;
  readonly options: PipelineOptions;
  /** True if the vulnerability database is in the registry. */
  database = true;
  databaseAge: 'first' | 'newer' = 'first';
  /** As the next run finds it. */
  policy: unknown;
  readonly trace: string[] = [];
  readonly #traced: boolean;

  constructor(options: WorldOptions) {
    const { clock, coverage, truth } = this;
    this.scenario = options.scenario;
    this.policy = options.scenario.policy;
    this.random = options.random;
    this.plan = options.plan;
    this.#traced = options.trace === true;
    const registry = new MemoryRegistry({
      clock,
      pageSize: options.scenario.images.length > 50 ? 100 : 4,
    });
    registry.mountsRefused = options.scenario.mountsRefused;
    const tables = new MemoryTables();
    this.backends = {
      tables,
      receiver:
        options.scenario.receiver &&
        new Receiver(options.scenario.receiver, { clock, start: START }),
      queues: new MemoryQueues({ clock }),
      blobs: new MemoryBlobs({ clock }),
      registry,
      groups: new MemoryContainerGroups({
        clock,
        decide: (spec) => decideCourse(this, spec),
        ...(options.scenario.quotas !== undefined && { limits: options.scenario.quotas }),
      }),
    };
    const { groups } = this.backends;
    this.observer = new Observer({ clock, truth, registry, groups, coverage });
    this.images = new ImagePusher({
      registry,
      tables,
      truth,
      publishing: this.observer.publishing,
    });
    const policy = () => JSON.stringify(this.policy);
    this.options = {
      ...optionsOf(options.scenario),
      get policySetting() {
        return policy();
      },
    };
  }

  /** Seeds the state before the first run. */
  async furnish(): Promise<void> {
    for (const image of this.scenario.images) {
      await this.images.pushScenarioImage(image, this.scenario.tablesLost);
    }
    await this.images.pushDatabase(this.databaseAge);
    await seedWorkerImage(this.backends.registry);
    await this.#markElsewhere();
    const { newerDatabaseAt } = this.scenario;
    if (newerDatabaseAt !== undefined) {
      this.later(newerDatabaseAt, 'newer database', () => this.#renewDatabase());
    }
    const { laterPolicy } = this.scenario;
    if (laterPolicy !== undefined) {
      this.later(laterPolicy.at, 'another policy', () => {
        this.policy = laterPolicy.policy;
        this.coverage.fault('policy-changed');
      });
    }
    if (this.scenario.mountsRefused) this.coverage.fault('mounts-refused');
    if (this.scenario.images.some(({ patched }) => patched.some(({ forged }) => forged === true))) {
      this.coverage.fault('hostile-forges');
    }
    if (this.scenario.timersDead) this.coverage.fault('timers-dead');
    if (this.scenario.pullsRefused) this.coverage.fault('pulls-refused');
    if (this.scenario.builderRefused) this.coverage.fault('builder-refused');
    if (this.scenario.quotas !== undefined) this.coverage.fault('small-quotas');
    const { receiver } = this.scenario;
    if (receiver?.down !== undefined) this.coverage.fault('receiver-down');
    if (receiver?.refusesUntil !== undefined) this.coverage.fault('receiver-refuses');
    if (receiver?.goneAt !== undefined) this.coverage.fault('receiver-gone');
  }

  /** Another installation on the registry has patched a repository before. */
  async #markElsewhere(): Promise<void> {
    const { foreignMark } = this.scenario;
    if (foreignMark === undefined) return;
    const options = { ...this.options, installation: Tag.parse('another') };
    const { registry } = this.backends;
    await heldElsewhere({ registry, options }, RepositoryName.parse(foreignMark), NO_LEASE);
    this.coverage.fault('foreign-marks');
  }

  async #renewDatabase(): Promise<void> {
    this.databaseAge = 'newer';
    this.coverage.fault('newer-database');
    if (this.database) await this.images.pushDatabase(this.databaseAge);
  }

  /** Milliseconds of the virtual clock. */
  get now(): number {
    return this.clock.now().getTime();
  }

  later(seconds: number, name: string, act: () => Promise<void> | void): void {
    this.timetable.at(this.now + seconds * 1000, name, act);
  }

  get faulty(): boolean {
    return this.now < this.lastStart + FAULTS_HOURS * 3600 * 1000;
  }

  /** Start of the last run. */
  get lastStart(): number {
    return START + Math.max(...this.scenario.runs.map((run) => run.at)) * 1000;
  }

  /** Adds a line to the trace, and makes its text only if a trace is requested. */
  note(line: () => string): void {
    if (this.#traced) this.trace.push(`${this.clock.now().toISOString().slice(8, 23)} ${line()}`);
  }
}
