import { runIdOf } from '../../lib/pipeline/records/run-id.ts';
import { tableStores } from '../../lib/pipeline/stores/tables/table-stores.ts';
import { type Entity, TABLES } from '../../lib/storage/tables.ts';
import type { PendingMessage } from '../fakes/memory-queues.ts';
import { restoreArchived } from './archived-rows.ts';
import { letCallHappen } from './call-faults.ts';
import type { Coverage } from './coverage.ts';
import { eventFaults } from './event-truth.ts';
import { findingsLies } from './findings-truth.ts';
import type { Gate } from './gates/gate.ts';
import { isHostFault } from './host-faults.ts';
import { isIdle, unfinished } from './idle.ts';
import { finalFaults } from './invariants.ts';
import { inventoryLies } from './inventory-truth.ts';
import { Invocations, MONITOR_SECONDS, REAP_SECONDS } from './invocations.ts';
import { meetLateInsert } from './late-insert.ts';
import type { PortCall } from './port-call.ts';
import { replayMessages } from './replay.ts';
import { SCHEDULE_TEXT } from './run-timer.ts';
import { LONGEST_RUN_HOURS } from './simulated-options.ts';
import { clockOf, type PendingCall, type Task } from './task.ts';
import { tickDies } from './tick-dies.ts';
import { timeOf } from './watches/row-write.ts';
import { START, World, type WorldOptions } from './world.ts';
import { meetWorldFault, unlessLocked } from './world-faults.ts';

/** Hours after the last run's latest deadline, in which all work ends and all tokens expire. */
const SETTLE_HOURS = 5;
const MAX_STEPS = 400_000;
const MAX_STEPS_AN_IMAGE = 500;
/** The default maximum duration of a call of a port. */
const CALL_MS = 200;

export interface SimulationResult {
  readonly violations: readonly string[];
  readonly steps: number;
  readonly calls: number;
  /** The number of calls by `port.method`. */
  readonly callsOf: ReadonlyMap<string, number>;
  readonly virtualSeconds: number;
  readonly coverage: Coverage;
  /** The outcomes of the first run by `repository:tag`. */
  readonly outcomes: ReadonlyMap<string, string>;
  /** When they ended, in seconds from the start. */
  readonly ended: ReadonlyMap<string, number>;
  readonly trace: readonly string[];
}

/**
 * Runs the pipeline's own code with fakes, under a scheduler that chooses each event: a port call, a
 * message, a timer or a container's end.
 */
export class Simulation {
  readonly #world: World;
  readonly #invocations: Invocations;
  readonly #callMs: number;
  #steps = 0;
  readonly #calls = new Map<string, number>();

  constructor(options: WorldOptions & { readonly callMs?: number }) {
    this.#world = new World(options);
    this.#invocations = new Invocations(this.#world, this.#gate());
    this.#callMs = options.callMs ?? CALL_MS;
  }

  async run(): Promise<SimulationResult> {
    const world = this.#world;
    const { violations } = world.observer;
    await world.furnish();
    const { timers } = tableStores(world.backends.tables);
    await timers.scheduleSince(SCHEDULE_TEXT, new Date(START - 1));
    for (const run of world.scenario.runs) this.#invocations.planRun(run);
    if (world.scenario.timersDead) {
      world.later(MONITOR_SECONDS, 'monitor', () => this.#invocations.callHealth());
    } else world.later(REAP_SECONDS, 'reaper', () => this.#invocations.startReaper());
    const runHours = Math.max(LONGEST_RUN_HOURS, world.scenario.runHours);
    const horizon = world.lastStart + (runHours + SETTLE_HOURS) * 3600 * 1000;
    const most = Math.max(MAX_STEPS, MAX_STEPS_AN_IMAGE * world.scenario.images.length);

    while (violations.length === 0 && !this.#isSettled()) {
      this.#steps += 1;
      if (world.now > horizon || this.#steps > most) {
        violations.push(`it did not end: ${unfinished(world)}`);
        break;
      }
      await this.#step();
      await this.#quiet();
    }
    if (violations.length === 0) await replayMessages(world);
    // With the rows of archived runs, all must be as if nothing had been deleted.
    await restoreArchived(world.backends);
    if (violations.length === 0) violations.push(...(await this.#finalFaults()));
    if (violations.length === 0) violations.push(...(await this.#inventoryLies()));
    if (violations.length === 0) violations.push(...eventFaults(world.backends));
    return {
      violations,
      steps: this.#steps,
      calls: [...this.#calls.values()].reduce((sum, count) => sum + count, 0),
      callsOf: this.#calls,
      virtualSeconds: Math.round((world.now - START) / 1000),
      coverage: world.coverage,
      outcomes: this.#outcomes(),
      ended: this.#ended(),
      trace: world.trace,
    };
  }

  /** Every call of a port waits in the gate until the scheduler runs it. */
  #gate(): Gate {
    const world = this.#world;
    return {
      backends: world.backends,
      observer: world.observer,
      options: world.options,
      now: (task) => clockOf(task, world.now),
      pass: <Result>(task: Task, call: PortCall<Result>) =>
        new Promise<Result>((resolve, reject) => {
          world.observer.asked(task, call);
          task.pending.add({ task, call, resolve: (value) => resolve(value as Result), reject });
        }),
      pushOther: async (repository, tag) => {
        await unlessLocked(() => world.images.push(repository, [tag], 'clean'));
      },
    };
  }

  async #step(): Promise<void> {
    const world = this.#world;
    const { groups, queues } = world.backends;
    const fault = world.faulty ? world.plan.world() : undefined;
    if (fault !== undefined) await meetWorldFault(world, fault);
    if ((groups.nextEvent()?.getTime() ?? Infinity) <= world.now) await groups.advance();
    const due = world.timetable.takeDue(world.now);
    if (due !== undefined) {
      world.note(() => `timer ${due.name}`);
      await due.fire();
      return;
    }
    const pending = [...world.tasks].flatMap((task) => [...task.pending]);
    const room = world.tasks.size < world.scenario.atOnce;
    const messages = room ? queues.visible().filter(hasTrigger) : [];
    // Some messages start while others are in progress, so that their calls interleave.
    const takeMessage = messages.length > 0 && (pending.length === 0 || world.random.chance(0.3));
    if (takeMessage) this.#invocations.receive(messages);
    else if (pending.length > 0) await this.#letHappen(world.random.pick(pending));
    else this.#sleep();
  }

  /** Advances the clock to the next event. */
  #sleep(): void {
    const { backends, clock, now, timetable } = this.#world;
    const times = [
      backends.groups.nextEvent()?.getTime(),
      backends.queues.nextVisibleAt()?.getTime(),
      ...timetable.times(),
    ].filter((time) => time !== undefined);
    const next = Math.min(...times);
    if (Number.isFinite(next) && next > now) clock.set(new Date(next));
  }

  /** Waits until every handler has ended or waits for a port call. */
  async #quiet(): Promise<void> {
    await immediate();
    for (const task of this.#world.tasks) {
      // A stream needs more turns. The exact number must not matter.
      for (let turn = 0; task.pending.size === 0 && task.end === undefined; turn += 1) {
        if (turn > 200) throw new Error(`${task.name} waits for something that is not a port`);
        await immediate();
      }
      if (task.end !== undefined) this.#invocations.finish(task);
    }
  }

  async #letHappen(pending: PendingCall): Promise<void> {
    const world = this.#world;
    const { task, call } = pending;
    task.pending.delete(pending);
    const name = `${call.port}.${call.method}`;
    this.#calls.set(name, (this.#calls.get(name) ?? 0) + 1);
    world.clock.advance({ seconds: world.random.between(1, this.#callMs) / 1000 });
    const canceled = meetLateInsert(world, pending);
    if (canceled !== undefined) {
      this.#invocations.cancelSoon(canceled);
      return;
    }
    const fault = tickDies(world, pending)
      ? 'crash-before'
      : world.faulty
        ? world.plan.call(call)
        : undefined;
    if (fault !== undefined) {
      world.coverage.fault(fault);
      task.faults += 1;
    }
    world.note(() => {
      const what = `${task.instance.name}#${task.id} ${call.port}.${call.method} ${call.label}`;
      return fault === undefined ? what : `${what}  ← ${fault}`;
    });
    if (isHostFault(fault)) {
      if (world.random.chance(0.5)) await call.perform().catch(() => undefined);
      this.#invocations.hostFault(fault, task);
      return;
    }
    const dying = await letCallHappen(world, pending, fault);
    if (dying.length > 0) this.#invocations.crash(dying);
    else if (call.intentOf !== undefined && this.#invocations.intended(call.intentOf)) {
      world.coverage.fault('crash-after');
      this.#invocations.crash([task.instance]);
    }
  }

  #isSettled(): boolean {
    const { tasks, timetable } = this.#world;
    if (tasks.size > 0 || this.#steps === 0 || timetable.holdsMoreThan('reaper', 'monitor'))
      return false;
    return isIdle(this.#world);
  }

  #finalFaults(): Promise<readonly string[]> {
    const { backends, observer, scenario, coverage } = this.#world;
    const { faults } = coverage;
    const late = faults.has('late-effect') || faults.has('slow-call') || faults.has('clock-jump');
    return finalFaults(backends, observer, scenario, late);
  }

  /** With wrong clocks nobody can tell what is newer. */
  async #inventoryLies(): Promise<readonly string[]> {
    const { backends, observer, coverage, truth } = this.#world;
    if (coverage.faults.has('clock-jump')) return [];
    return [
      ...(await inventoryLies(backends, observer, truth)),
      ...(await findingsLies(backends, observer, truth)),
    ];
  }

  #outcomes(): ReadonlyMap<string, string> {
    return new Map(
      this.#firstTargets().map((row) => [
        imageOf(row),
        [row.state, row.reason, row.patchTag].filter((part) => part !== '').join(' '),
      ]),
    );
  }

  #ended(): ReadonlyMap<string, number> {
    return new Map(
      this.#firstTargets().map((row) => [
        imageOf(row),
        ((timeOf(row.finishedAt) ?? START) - START) / 1000,
      ]),
    );
  }

  /** The targets of the first run. */
  #firstTargets(): readonly Entity[] {
    const { backends, scenario } = this.#world;
    const [first] = scenario.runs;
    if (first === undefined) return [];
    const runId: string = runIdOf(new Date(START + first.at * 1000), first.trigger);
    const rows = backends.tables.all(TABLES.targets).map(({ entity }) => entity);
    return rows.filter((row) => row.partitionKey === runId);
  }
}

function imageOf({ repository, tag }: Entity): string {
  return `${String(repository)}:${String(tag)}`;
}

/** The reaper reads the poison queues; no function is triggered by them. */
function hasTrigger({ queue }: PendingMessage): boolean {
  return !queue.endsWith('-poison');
}

function immediate(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
