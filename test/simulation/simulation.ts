import type { GroupSpec } from '../../lib/containers/container-groups.ts';
import { digestOf } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { cancelRun } from '../../lib/pipeline/cancel-run.ts';
import { keepPoison } from '../../lib/pipeline/keep-poison.ts';
import { JobMessage, RunMessage } from '../../lib/pipeline/messages.ts';
import { reap } from '../../lib/pipeline/reap.ts';
import { runIdOf } from '../../lib/pipeline/records/run-id.ts';
import type { PipelineOptions, Services } from '../../lib/pipeline/services.ts';
import { startRun } from '../../lib/pipeline/start-run.ts';
import { stepJob } from '../../lib/pipeline/step-job.ts';
import { tickRun } from '../../lib/pipeline/tick-run.ts';
import { STAGING_PREFIX } from '../../lib/policy/reserved-repositories.ts';
import { RegistryError } from '../../lib/registry/registry.ts';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import type { GroupCourse } from '../fakes/containers/group-course.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { MemoryBlobs } from '../fakes/memory-blobs.ts';
import { MemoryContainerGroups } from '../fakes/memory-container-groups.ts';
import { MemoryQueues, type PendingMessage } from '../fakes/memory-queues.ts';
import { MemoryRegistry } from '../fakes/memory-registry.ts';
import { MemoryTables } from '../fakes/memory-tables.ts';
import { Coverage } from './coverage.ts';
import type { Fault } from './fault-kinds.ts';
import type { DrawnWorldFault, FaultPlan } from './fault-plan.ts';
import { type Backends, type Gate, gatedServices } from './gated-ports.ts';
import { ImagePusher } from './image-pusher.ts';
import { expiredGroupsLeft, finalFaults } from './invariants.ts';
import { Observer } from './observer.ts';
import type { Outcome, PortCall } from './port-call.ts';
import type { Random } from './random.ts';
import type { Scenario, ScenarioRun } from './scenario.ts';
import { runSimulatedWorker, type WorkerEnd } from './simulated-worker.ts';
import type { Instance, PendingCall, Task } from './task.ts';
import { Truth } from './truth.ts';

const START = Date.parse('2026-11-23T02:00:00Z');
const REAP_SECONDS = 300;
const LEASE_SECONDS = 900;
const RUN_HOURS = 8;
/** After the last run's deadline: what is under way ends, and every token of a group has expired. */
const SETTLE_HOURS = 5;
/** Then the weather is fine, and all must come to an end. */
const FAULTS_HOURS = 5;
const MAX_STEPS = 400_000;

export interface SimulationResult {
  readonly violations: readonly string[];
  readonly steps: number;
  readonly calls: number;
  readonly virtualSeconds: number;
  readonly coverage: Coverage;
  /** `repository:tag` of the first run → how it ended. */
  readonly outcomes: ReadonlyMap<string, string>;
  readonly trace: readonly string[];
}

interface Timer {
  readonly at: number;
  readonly name: string;
  readonly fire: () => Promise<void> | void;
}

/**
 * The pipeline's own code on fakes, under a scheduler that decides each next event: one port call,
 * one message, one timer, one container's end. Nothing here reads real time or real randomness.
 */
export class Simulation implements Gate {
  readonly clock = new ManualClock(new Date(START));
  readonly backends: Backends;
  readonly observer: Observer;
  readonly coverage = new Coverage();
  readonly options: PipelineOptions;
  readonly images: ImagePusher;
  readonly #truth = new Truth();
  readonly #scenario: Scenario;
  readonly #random: Random;
  readonly #plan: FaultPlan;
  readonly #callMs: number;
  readonly #trace: string[] | undefined;
  readonly #instances: readonly Instance[] = [
    { name: 'A', skewMs: 0 },
    { name: 'B', skewMs: 0 },
  ];
  readonly #tasks = new Set<Task>();
  #timers: Timer[] = [];
  #taskCount = 0;
  #steps = 0;
  #calls = 0;
  #database = true;
  #reaping = false;
  /** Calls happen at once: for the replay at the end. */
  #direct = false;

  constructor(options: {
    readonly scenario: Scenario;
    readonly random: Random;
    readonly plan: FaultPlan;
    readonly trace?: boolean;
    /** The longest that a call of a port takes; 200 where nothing is said. */
    readonly callMs?: number;
  }) {
    const { clock } = this;
    this.#scenario = options.scenario;
    this.#random = options.random;
    this.#plan = options.plan;
    this.#trace = options.trace === true ? [] : undefined;
    const registry = new MemoryRegistry({
      clock,
      pageSize: options.scenario.images.length > 50 ? 100 : 4,
    });
    registry.mountsRefused = options.scenario.mountsRefused;
    this.backends = {
      tables: new MemoryTables(),
      queues: new MemoryQueues({ clock }),
      blobs: new MemoryBlobs({ clock }),
      registry,
      groups: new MemoryContainerGroups({ clock, decide: (spec) => this.#courseOf(spec) }),
    };
    this.observer = new Observer({ truth: this.#truth, registry, coverage: this.coverage });
    const { tables } = this.backends;
    this.images = new ImagePusher({
      registry,
      tables,
      truth: this.#truth,
      observer: this.observer,
    });
    this.options = optionsOf(options.scenario);
    this.#callMs = options.callMs ?? 200;
  }

  async run(): Promise<SimulationResult> {
    for (const image of this.#scenario.images) {
      await this.images.pushScenarioImage(image, this.#scenario.tablesLost);
    }
    await this.images.pushDatabase();
    if (this.#scenario.mountsRefused) this.coverage.fault('mounts-refused');
    for (const run of this.#scenario.runs) this.#planRun(run);
    this.#at(START + REAP_SECONDS * 1000, 'reaper', () => this.#startReaper());
    const lastRun = Math.max(...this.#scenario.runs.map((run) => run.at));
    const horizon = START + (lastRun + (RUN_HOURS + SETTLE_HOURS) * 3600) * 1000;

    while (this.observer.violations.length === 0 && !(await this.#isSettled())) {
      this.#steps += 1;
      if (this.#now() > horizon || this.#steps > MAX_STEPS) {
        this.observer.violations.push(`it did not end: ${await this.#unfinished()}`);
        break;
      }
      await this.#step();
      await this.#quiet();
    }
    if (this.observer.violations.length === 0) await this.#replay();
    if (this.observer.violations.length === 0) {
      this.observer.violations.push(...(await this.#finalFaults()));
    }
    return {
      violations: this.observer.violations,
      steps: this.#steps,
      calls: this.#calls,
      virtualSeconds: Math.round((this.#now() - START) / 1000),
      coverage: this.coverage,
      outcomes: this.#outcomes(),
      trace: this.#trace ?? [],
    };
  }

  now(task: Task): Date {
    return new Date(this.#now() + task.instance.skewMs);
  }

  pass<Result>(task: Task, call: PortCall<Result>): Promise<Result> {
    if (this.#direct) return call.perform();
    return new Promise((resolve, reject) => {
      task.pending.add({ task, call, resolve: (value) => resolve(value as Result), reject });
    });
  }

  async pushOther(repository: RepositoryName, tag: Tag): Promise<void> {
    await unlessLocked(() => this.images.push(repository, [tag], 'clean'));
  }

  // The scheduler

  async #step(): Promise<void> {
    const fault = this.#faulty ? this.#plan.world() : undefined;
    if (fault !== undefined) await this.#worldFault(fault);
    const { groups } = this.backends;
    if ((groups.nextEvent()?.getTime() ?? Infinity) <= this.#now()) await groups.advance();
    const due = this.#dueTimer();
    if (due !== undefined) {
      this.#note(() => `timer ${due.name}`);
      await due.fire();
      return;
    }
    const pending = [...this.#tasks].flatMap((task) => [...task.pending]);
    const room = this.#tasks.size < this.#scenario.atOnce;
    const messages = room ? this.backends.queues.visible() : [];
    // A message now and then while others are worked on; else calls would never interleave.
    const takeMessage = messages.length > 0 && (pending.length === 0 || this.#random.chance(0.3));
    if (takeMessage) this.#receive(messages);
    else if (pending.length > 0) await this.#letHappen(this.#random.pick(pending));
    else this.#sleep();
  }

  /** Sets the clock to whatever happens next. */
  #sleep(): void {
    const { groups, queues } = this.backends;
    const times = [
      groups.nextEvent()?.getTime(),
      queues.nextVisibleAt()?.getTime(),
      ...this.#timers.map((timer) => timer.at),
    ].filter((time) => time !== undefined);
    const next = Math.min(...times);
    if (Number.isFinite(next) && next > this.#now()) this.clock.set(new Date(next));
  }

  /** Waits until every handler waits for a port call, or has ended. */
  async #quiet(): Promise<void> {
    await immediate();
    for (const task of this.#tasks) {
      // A stream takes a few turns more. Which turn it is must not matter.
      for (let turn = 0; task.pending.size === 0 && task.end === undefined; turn += 1) {
        if (turn > 200) throw new Error(`${task.name} waits for something that is not a port`);
        await immediate();
      }
      if (task.end !== undefined) this.#finish(task);
    }
  }

  async #letHappen(pending: PendingCall): Promise<void> {
    const { task, call } = pending;
    task.pending.delete(pending);
    this.#calls += 1;
    this.clock.advance({ seconds: this.#random.between(1, this.#callMs) / 1000 });
    const fault = this.#faulty ? this.#plan.call(call) : undefined;
    if (fault !== undefined) {
      this.coverage.fault(fault);
      task.faults += 1;
    }
    this.#note(() => {
      const what = `${task.instance.name}#${task.id} ${call.port}.${call.method} ${call.label}`;
      return fault === undefined ? what : `${what}  ← ${fault}`;
    });
    switch (fault) {
      case undefined:
        return settle(pending, await outcomeOf(call));
      case 'crash-before':
        return this.#crash([task.instance]);
      case 'crash-after':
        await outcomeOf(call);
        return this.#crash([task.instance]);
      case 'crash-all':
        if (this.#random.chance(0.5)) await outcomeOf(call);
        return this.#crash(this.#instances);
      case 'timeout-after-effect':
        await outcomeOf(call);
        return settle(pending, call.failed('unavailable'));
      case 'late-effect': {
        const at = this.#now() + this.#random.between(1, 60) * 1000;
        this.#at(at, `late ${call.port}.${call.method} ${call.label}`, async () => {
          await outcomeOf(call);
        });
        return settle(pending, call.failed('unavailable'));
      }
      case 'server-error':
        return settle(pending, call.failed('unavailable'));
      case 'throttled':
        return settle(pending, call.failed('throttled'));
      case 'lost-race':
        await call.disturb?.();
        return settle(pending, await outcomeOf(call));
      case 'own-write-lost':
        await outcomeOf(call);
        return settle(pending, call.ownWriteLost ?? (await outcomeOf(call)));
      case 'slow-call': {
        const outcome = this.#random.chance(0.5) ? undefined : await outcomeOf(call);
        this.clock.advance({ seconds: LEASE_SECONDS + this.#random.between(1, 600) });
        return settle(pending, outcome ?? (await outcomeOf(call)));
      }
      case 'mount-lost':
        return settle(pending, call.mountLost ?? (await outcomeOf(call)));
      case 'tag-race-before':
        await call.otherPush?.();
        return settle(pending, await outcomeOf(call));
      case 'tag-race-after': {
        const outcome = await outcomeOf(call);
        await call.otherPush?.();
        return settle(pending, outcome);
      }
      default:
        return fault satisfies never;
    }
  }

  /** All that these instances had in hand ends here: nobody in the pipeline gets to know. */
  #crash(instances: readonly Instance[]): void {
    for (const task of this.#tasks) {
      if (!instances.includes(task.instance)) continue;
      this.#note(() => `${task.instance.name}#${task.id} dies in ${task.name}`);
      this.#tasks.delete(task);
      if (task.name === 'reaper') this.#reaping = false;
      if (task.name.startsWith('start ')) this.#again(task);
    }
  }

  // Invocations

  #receive(messages: readonly PendingMessage[]): void {
    const oldest = messages[0];
    const chosen = this.#random.chance(0.8) ? oldest : this.#random.pick(messages);
    if (chosen === undefined) return;
    if (chosen !== oldest) this.coverage.fault('message-reordered');
    const message = this.backends.queues.receive(chosen.queue, { id: chosen.id });
    if (message === undefined) return;
    this.#start(`${message.queue} ${JSON.stringify(message.body)}`, message, (services) => {
      const { body } = message;
      switch (message.queue) {
        case QUEUES.runs:
          return tickRun(services, RunMessage.parse(body));
        case QUEUES.jobs:
          return stepJob(services, JobMessage.parse(body));
        case `${QUEUES.runs}-poison`:
          return keepPoison(services, QUEUES.runs, body);
        case `${QUEUES.jobs}-poison`:
          return keepPoison(services, QUEUES.jobs, body);
        default:
          throw new Error(`nobody listens to ${message.queue}`);
      }
    });
  }

  #start(
    name: string,
    message: Task['message'],
    handler: (services: Services) => Promise<unknown>,
  ): void {
    this.#taskCount += 1;
    const instance = this.#random.pick(this.#instances);
    const task: Task = {
      id: this.#taskCount,
      name,
      instance,
      startedAt: this.#now() + instance.skewMs,
      message,
      pending: new Set(),
      faults: 0,
      end: undefined,
      tagsRead: new Map(),
    };
    this.#tasks.add(task);
    this.#note(() => `${task.instance.name}#${task.id} begins ${name}`);
    const services = gatedServices(this, task);
    const running = (async () => handler(services))();
    running.then(
      () => {
        task.end = { ok: true };
      },
      (error: unknown) => {
        task.end = { ok: false, error };
      },
    );
  }

  /** As the Functions host does when an invocation has ended. */
  #finish(task: Task): void {
    this.#tasks.delete(task);
    const { message, end } = task;
    const ok = end?.ok === true;
    this.#note(() => `${task.instance.name}#${task.id} ${ok ? 'ends' : `fails: ${errorOf(task)}`}`);
    const { queues } = this.backends;
    if (message !== undefined) {
      if (ok) queues.delete(message);
      else if (message.dequeueCount < 5 || !queues.poison(message)) queues.release(message, 120);
    }
    if (!ok) this.observer.text('error', errorOf(task));
    if (!ok && end !== undefined && isDefect(end.error)) {
      this.observer.violations.push(`a defect in ${task.name}: ${errorOf(task)}`);
    }
    if (task.name === 'reaper') {
      this.#reaping = false;
      if (ok && task.faults === 0) {
        this.observer.violations.push(...expiredGroupsLeft(this.backends, task.startedAt));
      }
    }
    if (!ok && task.name.startsWith('start ')) this.#again(task);
  }

  // Timers

  #planRun(run: ScenarioRun): void {
    const due = new Date(START + run.at * 1000);
    const { trigger, dryRun } = run;
    const start = () =>
      this.#start(`start ${run.at}`, undefined, (services) =>
        startRun(services, { trigger, due, dryRun }),
      );
    this.#at(due.getTime(), `start ${run.at}`, start);
    if (run.canceledAt === undefined) return;
    this.#at(START + run.canceledAt * 1000, 'cancel', () => {
      this.coverage.fault('canceled');
      this.#start('cancel', undefined, (services) => cancelRun(services, runIdOf(due, trigger)));
    });
  }

  /** A timer's invocation that failed or died comes again. */
  #again(task: Task): void {
    const run = this.#scenario.runs.find(({ at }) => task.name === `start ${at}`);
    if (run === undefined) return;
    this.#at(this.#now() + 30_000, task.name, () => {
      const due = new Date(START + run.at * 1000);
      const { trigger, dryRun } = run;
      this.#start(task.name, undefined, (services) => startRun(services, { trigger, due, dryRun }));
    });
  }

  #startReaper(): void {
    this.#at(this.#nextReap(), 'reaper', () => this.#startReaper());
    if (this.#reaping) return;
    this.#reaping = true;
    this.#start('reaper', undefined, (services) => reap(services));
  }

  /** Nothing is there to reap in a quiet time: the timer's idle rounds are left out. */
  #nextReap(): number {
    const usual = this.#now() + REAP_SECONDS * 1000;
    const idle = this.#tasks.size === 0 && this.#isIdle();
    const next = Math.min(...this.#timers.map((timer) => timer.at));
    return idle && Number.isFinite(next) ? Math.max(usual, next) : usual;
  }

  #at(at: number, name: string, fire: Timer['fire']): void {
    this.#timers.push({ at, name, fire });
  }

  #dueTimer(): Timer | undefined {
    const now = this.#now();
    const due = this.#timers.filter((timer) => timer.at <= now).sort((a, b) => a.at - b.at)[0];
    if (due !== undefined) this.#timers = this.#timers.filter((timer) => timer !== due);
    return due;
  }

  // The world

  #courseOf(spec: GroupSpec): GroupCourse {
    const random = this.#random;
    const startsAfter = random.between(5, 90);
    const runsFor = random.between(20, 400);
    const runs = (end: WorkerEnd): GroupCourse => ({
      kind: 'runs',
      startsAfter,
      runsFor,
      ...(end === 'restarted' && { restarts: 1 }),
      work: (given) => this.#work(given, end),
    });
    const fault = this.#faulty ? this.#plan.course() : undefined;
    if (fault === undefined) return runs('result');
    this.coverage.fault(fault);
    this.#note(() => `${spec.name}  ← ${fault}`);
    switch (fault) {
      case 'group-never-starts':
        return { kind: 'never-starts' };
      case 'group-fails-to-start':
        return { kind: 'fails-to-start', after: startsAfter, detail: 'InsufficientCapacity' };
      case 'group-restarts':
        return runs('restarted');
      case 'group-vanishes':
        return { kind: 'vanishes', after: startsAfter };
      case 'group-never-ends':
        return { kind: 'never-ends', startsAfter };
      case 'group-no-result':
        return runs('no-result');
      case 'group-half-result':
        return runs('half-result');
      case 'group-late-result': {
        // ARM has lost sight of it, and it works on for as long as its token lasts.
        const at = this.#now() + random.between(5, 74) * 60_000;
        this.#at(at, `late worker of ${spec.name}`, () => this.#work(spec, 'result'));
        return { kind: 'vanishes', after: startsAfter };
      }
      case 'group-forgotten': {
        const end = startsAfter + runsFor;
        this.#at(this.#now() + end * 1000, `end of ${spec.name}`, () => this.#work(spec, 'result'));
        return { kind: 'vanishes', after: end };
      }
      case 'group-refused-quota':
      case 'group-refused-capacity':
      case 'group-refused-throttled':
      case 'group-refused-transitioning':
      case 'group-refused-image-pull':
      case 'group-refused-configuration':
      case 'group-refused-unauthorized':
      case 'group-refused-unavailable':
        return {
          kind: 'refused',
          refusal: REFUSALS[fault],
          ...(random.chance(0.5) && { retryAfterSeconds: random.between(1, 300) }),
        };
      default:
        return fault satisfies never;
    }
  }

  async #work(spec: GroupSpec, end: WorkerEnd): Promise<void> {
    const { registry, blobs } = this.backends;
    const work = runSimulatedWorker(
      spec,
      {
        registry,
        blobs,
        truth: this.#truth,
        now: this.clock.now(),
        database: this.#database,
        fault: (among) => {
          const fault = this.#faulty ? this.#plan.worker(among) : undefined;
          if (fault !== undefined) this.coverage.fault(fault);
          if (fault !== undefined) this.#note(() => `worker of ${spec.name}  ← ${fault}`);
          return fault;
        },
        pick: (items) => this.#random.pick(items),
      },
      end,
    );
    // Its token has expired, or its image is gone: nobody sees that but the log.
    await work.catch((error: unknown) => {
      if (isDefect(error)) throw error;
    });
  }

  async #worldFault(fault: DrawnWorldFault): Promise<void> {
    const happened = await unlessLocked(() => this.#tryWorldFault(fault));
    if (happened !== true) return;
    this.coverage.fault(fault);
    this.#note(() => `world  ← ${fault}`);
  }

  async #tryWorldFault(fault: DrawnWorldFault): Promise<boolean> {
    const random = this.#random;
    const { queues, registry, blobs, tables } = this.backends;
    const messages = queues.pending();
    switch (fault) {
      case 'message-lost':
        return messages.length > 0 && queues.drop(random.pick(messages).id);
      case 'message-duplicated':
        if (messages.length > 0) queues.duplicate(random.pick(messages).id);
        return messages.length > 0;
      case 'message-late': {
        const [visible] = queues.visible();
        const taken = visible && queues.receive(visible.queue, { id: visible.id });
        return taken !== undefined && queues.release(taken, random.between(60, 3600));
      }
      case 'same-step-twice': {
        const held = [...this.#tasks].map((task) => task.message).find((one) => one !== undefined);
        if (held === undefined || held.queue.endsWith('-poison')) return false;
        await queues.send(held.queue === QUEUES.jobs ? QUEUES.jobs : QUEUES.runs, held.body);
        return true;
      }
      case 'lease-stolen': {
        const leased = [...tables.all(TABLES.jobs), ...tables.all(TABLES.runs)].filter(
          ({ entity }) => entity.leaseUntil !== undefined,
        );
        if (leased.length === 0) return false;
        const { entity, etag } = random.pick(leased);
        const table = entity.partitionKey === 'run' ? TABLES.runs : TABLES.jobs;
        const { leaseUntil: _, ...free } = entity;
        await tables.replace(
          table,
          { ...free, partitionKey: entity.partitionKey, rowKey: entity.rowKey },
          etag,
        );
        if (table === TABLES.runs) {
          await queues.send(QUEUES.runs, { runId: entity.runId, wake: entity.wake });
        } else {
          const { partitionKey: runId, rowKey: jobId, wake } = entity;
          await queues.send(QUEUES.jobs, { runId, jobId, wake });
        }
        return true;
      }
      case 'clock-jump': {
        const instance = random.pick(this.#instances);
        instance.skewMs = random.chance(0.5) ? 0 : random.between(-20 * 60, 20 * 60) * 1000;
        return true;
      }
      case 'source-moved': {
        const image = random.pick(this.#scenario.images);
        const tag = Tag.parse(random.pick(image.tags));
        const kind = random.pick(['outdated', 'outdated-twice', 'clean'] as const);
        await this.images.push(RepositoryName.parse(image.repository), [tag], kind);
        return true;
      }
      case 'source-deleted':
        return this.images.remove(random.pick(this.#scenario.images), random);
      case 'tag-locked': {
        const patch = this.observer.published.at(-1) ?? this.images.oldPatches.at(-1);
        const [repository = '', tag = ''] = patch?.tag.split(':') ?? [];
        if (patch === undefined) return false;
        const image = { repository: RepositoryName.parse(repository), tag: Tag.parse(tag) };
        if ((await registry.tag(image.repository, image.tag)) === undefined) return false;
        registry.setWritable(image.repository, image.tag, false);
        return true;
      }
      case 'staging-purged': {
        const staging = registry.repositories().filter((name) => name.startsWith(STAGING_PREFIX));
        if (staging.length === 0) return false;
        const repository = random.pick(staging);
        await registry.deleteManifest(repository, random.pick(registry.digests(repository)));
        return true;
      }
      case 'ci-numbers': {
        const image = random.pick(this.#scenario.images);
        const tag = Tag.parse(`${random.pick(image.tags)}-${random.pick([1, 2, 42])}`);
        const repository = RepositoryName.parse(image.repository);
        if ((await registry.tag(repository, tag)) !== undefined) return false;
        await this.images.push(repository, [tag], 'clean');
        return true;
      }
      case 'policy-gone': {
        const names = blobs
          .names(CONTAINERS.reports)
          .filter((name) => name.endsWith('policy.json'));
        const last = names.at(-1);
        if (last !== undefined) await blobs.delete(CONTAINERS.reports, last);
        return last !== undefined;
      }
      case 'database-gone':
        if (!this.#database) return false;
        this.#database = false;
        await this.images.removeDatabase();
        this.#at(this.#now() + random.between(5, 90) * 60_000, 'database back', async () => {
          this.#database = true;
          await this.images.pushDatabase();
        });
        return true;
      case 'malformed-message':
        await queues.send(random.pick([QUEUES.jobs, QUEUES.runs]), random.pick(HOSTILE_MESSAGES));
        return true;
      default:
        return fault satisfies never;
    }
  }

  // The end

  #isIdle(): boolean {
    const rows = this.backends.tables.all(TABLES.runs).map(({ entity }) => entity);
    const runs = rows.filter((row) => row.partitionKey === 'run');
    const active = runs.filter((run) => run.finishedAt === undefined);
    if (active.length > 1 && !this.coverage.faults.has('overlapping-run')) {
      this.coverage.fault('overlapping-run');
    }
    return (
      active.length === 0 &&
      runs.every((run) => run.lastLookAt === undefined) &&
      this.backends.queues.pending().length === 0 &&
      this.backends.groups.all().length === 0
    );
  }

  async #isSettled(): Promise<boolean> {
    if (this.#tasks.size > 0) return false;
    const waiting = this.#timers.some((timer) => timer.name !== 'reaper');
    return !waiting && this.#steps > 0 && this.#isIdle();
  }

  async #unfinished(): Promise<string> {
    const { tables, queues, groups } = this.backends;
    const runs = tables
      .all(TABLES.runs)
      .map(({ entity }) => `${String(entity.runId)} ${String(entity.state)}`);
    const names = groups.all().map(({ spec }) => spec.name);
    const tasks = [...this.#tasks].map((task) => task.name);
    return JSON.stringify({ runs, names, tasks, messages: queues.pending().length });
  }

  /** A finished run replayed does no writes: every message that was ever sent comes again. */
  async #replay(): Promise<void> {
    this.#direct = true;
    for (const instance of this.#instances) instance.skewMs = 0;
    const { tables } = this.backends;
    const before = tables.writes + this.observer.effects;
    for (const { queue, body } of [...this.observer.messages]) {
      const task = directTask(this.#instances[0] ?? { name: 'A', skewMs: 0 });
      const services = gatedServices(this, task);
      if (queue === QUEUES.runs) await tickRun(services, RunMessage.parse(body));
      else await stepJob(services, JobMessage.parse(body));
      if (tables.writes + this.observer.effects !== before) {
        this.observer.violations.push(
          `replayed, this message did a write: ${JSON.stringify(body)}`,
        );
        return;
      }
    }
  }

  #finalFaults(): Promise<readonly string[]> {
    const { faults } = this.coverage;
    return finalFaults(
      this.backends,
      this.observer,
      faults.has('late-effect') || faults.has('slow-call') || faults.has('clock-jump'),
    );
  }

  #outcomes(): ReadonlyMap<string, string> {
    const [first] = this.#scenario.runs;
    if (first === undefined) return new Map();
    const runId: string = runIdOf(new Date(START + first.at * 1000), first.trigger);
    const rows = this.backends.tables.all(TABLES.targets).map(({ entity }) => entity);
    return new Map(
      rows
        .filter((row) => row.partitionKey === runId)
        .map((row) => [
          `${String(row.repository)}:${String(row.tag)}`,
          [row.state, row.reason, row.patchTag].filter((part) => part !== undefined).join(' '),
        ]),
    );
  }

  get #faulty(): boolean {
    const last = Math.max(...this.#scenario.runs.map((run) => run.at));
    return this.#now() < START + (last + FAULTS_HOURS * 3600) * 1000;
  }

  #now(): number {
    return this.clock.now().getTime();
  }

  #note(line: () => string): void {
    this.#trace?.push(`${this.clock.now().toISOString().slice(8, 23)} ${line()}`);
  }
}

const REFUSALS = {
  'group-refused-quota': 'quota',
  'group-refused-capacity': 'capacity',
  'group-refused-throttled': 'throttled',
  'group-refused-transitioning': 'transitioning',
  'group-refused-image-pull': 'image-pull',
  'group-refused-configuration': 'configuration',
  'group-refused-unauthorized': 'unauthorized',
  'group-refused-unavailable': 'unavailable',
} as const satisfies Partial<Record<Fault, string>>;

const HOSTILE_MESSAGES: readonly unknown[] = [
  null,
  { runId: '../../x', jobId: '__proto__', wake: 0 },
  { runId: '20261123T020000Z-0000', jobId: 'scan-x', wake: 1e99 },
  { runId: '20261123T020000Z-0000', wake: -1, __proto__: null },
  ['x'.repeat(1000)],
];

function optionsOf(scenario: Scenario): PipelineOptions {
  const repository = RepositoryName.parse('patchwright/worker');
  const worker = { repository, reference: `${repository}@${digestOf('the worker')}` };
  return {
    policySetting: JSON.stringify(scenario.policy),
    dryRun: false,
    scanWorkerImage: worker,
    patchWorkerImage: worker,
    builder: { kind: scenario.noBuilder ? 'none' : 'confidential' },
    database: { repository: RepositoryName.parse('patchwright/trivy-db'), tag: Tag.parse('2') },
    toolingMirror: RepositoryName.parse('patchwright/mirror'),
    extraCa: undefined,
    pollSeconds: scenario.pollSeconds,
    tickSeconds: scenario.tickSeconds,
    leaseSeconds: LEASE_SECONDS,
    runHours: RUN_HOURS,
    maxGroups: scenario.maxGroups,
    scanBatch: scenario.scanBatch,
    patchBatch: scenario.patchBatch,
    maxImageBytes: 10_000_000,
  };
}

/** What somebody else does to a tag that is locked fails for them too. */
async function unlessLocked<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'locked') return undefined;
    throw error;
  }
}

async function outcomeOf(call: PortCall<unknown>): Promise<Outcome<unknown>> {
  try {
    return { value: await call.perform() };
  } catch (error) {
    return { error };
  }
}

function settle(pending: PendingCall, outcome: Outcome<unknown>): void {
  if ('error' in outcome) pending.reject(outcome.error);
  else pending.resolve(outcome.value);
}

function errorOf(task: Task): string {
  const error = task.end?.ok === false ? task.end.error : undefined;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Errors that no fault of the outside can explain. */
function isDefect(error: unknown): boolean {
  return (
    error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
  );
}

function directTask(instance: Instance): Task {
  return {
    id: 0,
    name: 'replay',
    instance,
    startedAt: 0,
    message: undefined,
    pending: new Set(),
    faults: 0,
    end: undefined,
    tagsRead: new Map(),
  };
}

function immediate(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
