import { cancelRun } from '../../lib/pipeline/cancellation.ts';
import { stepJob } from '../../lib/pipeline/job/step-job.ts';
import { JobMessage } from '../../lib/pipeline/messages.ts';
import { RunId, runIdOf } from '../../lib/pipeline/records/run-id.ts';
import { startRun } from '../../lib/pipeline/run/start-run.ts';
import type { Services } from '../../lib/pipeline/services.ts';
import { reap } from '../../lib/pipeline/upkeep/reap.ts';
import { handleRunsMessage } from '../../lib/pipeline/upkeep/runs-queue.ts';
import { TimerWatch } from '../../lib/pipeline/upkeep/timer-watch.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { StorageUse } from '../../lib/storage/storage-use.ts';
import type { PendingMessage, ReceivedMessage } from '../fakes/memory-queues.ts';
import { isDefect } from './defect.ts';
import type { Gate } from './gates/gate.ts';
import { gatedServices } from './gates/gated-services.ts';
import { AGAIN_SECONDS, type HostFault, meetHostFault } from './host-faults.ts';
import { isIdle } from './idle.ts';
import { expiredGroupsLeft } from './invariants.ts';
import { dueOf, isScheduled, lastScheduled, madeUpBy, SCHEDULE_TEXT } from './run-timer.ts';
import type { ScenarioRun } from './scenario.ts';
import { type Instance, newTask, type Task } from './task.ts';
import { START, type World } from './world.ts';

export const REAP_SECONDS = 300;
/** How often an uptime monitor calls the app. */
export const MONITOR_SECONDS = 300;
/** Until this event, a monitor's calls make up for a missed occurrence. */
const MADE_UP = 'made up';
/** `maxDequeueCount` of host.json. */
const MOST_DELIVERIES = 5;

/** Starts and ends the invocations of the app's functions, as the Functions host does. */
export class Invocations {
  readonly #world: World;
  readonly #gate: Gate;
  #count = 0;
  #reaping = false;
  readonly #canceled = new Set<ScenarioRun>();
  #watches = new Map<Instance, TimerWatch>();

  constructor(world: World, gate: Gate) {
    this.#world = world;
    this.#gate = gate;
  }

  /** Crashes instances with all their tasks. The pipeline gets no notice. */
  crash(instances: readonly Instance[]): void {
    for (const instance of instances) {
      this.#watches.delete(instance);
      instance.storageUse = new StorageUse();
    }
    for (const task of this.#world.tasks) {
      if (!instances.includes(task.instance)) continue;
      this.#world.note(() => `${task.instance.name}#${task.id} dies in ${task.name}`);
      this.#world.tasks.delete(task);
      if (task.name === 'reaper') this.#reaping = false;
      if (task.name.startsWith('start ')) this.#again(task);
    }
  }

  /** Applies a host fault to the worker of a task. */
  hostFault(fault: HostFault, task: Task): void {
    meetHostFault(this.#world, fault, task, (failed, seconds) => this.#fail(failed, seconds));
  }

  /** Fails an invocation as the host does if its worker no longer answers. */
  #fail(task: Task, afterSeconds: number): void {
    this.#world.tasks.delete(task);
    this.#world.note(() => `${task.instance.name}#${task.id} is failed by the host: ${task.name}`);
    if (task.message !== undefined) this.#letGo(task.message, afterSeconds);
    if (task.name === 'reaper') this.#reaping = false;
    if (task.name.startsWith('start ')) this.#again(task);
  }

  receive(messages: readonly PendingMessage[]): void {
    const oldest = messages[0];
    const chosen = this.#world.random.chance(0.8) ? oldest : this.#world.random.pick(messages);
    if (chosen === undefined) return;
    if (chosen !== oldest) this.#world.coverage.fault('message-reordered');
    const message = this.#world.backends.queues.receive(chosen.queue, { id: chosen.id });
    if (message === undefined) return;
    this.#start(`${message.queue} ${JSON.stringify(message.body)}`, message, (services) =>
      this.#handle(services, message),
    );
  }

  #handle(services: Services, { queue, body }: ReceivedMessage): Promise<void> {
    switch (queue) {
      case QUEUES.runs:
        return handleRunsMessage(services, body);
      case QUEUES.jobs:
        return stepJob(services, JobMessage.parse(body));
      default:
        throw new Error(`no function is triggered by ${queue}`);
    }
  }

  #watchOf(instance: Instance): TimerWatch {
    const { scenario } = this.#world;
    const known = this.#watches.get(instance);
    if (known !== undefined) return known;
    const every = REAP_SECONDS * 1000;
    const watch = new TimerWatch({
      reaper: (notAfter) => new Date(Math.floor(notAfter.getTime() / every) * every),
      runs: {
        schedule: SCHEDULE_TEXT,
        last: (notAfter) => lastScheduled(scenario.runs, notAfter),
      },
    });
    this.#watches.set(instance, watch);
    return watch;
  }

  #start(
    name: string,
    message: Task['message'],
    handler: (services: Services) => Promise<unknown>,
    instance = this.#instance(),
  ): void {
    this.#count += 1;
    const task = newTask({
      id: this.#count,
      name,
      instance,
      message,
      now: this.#world.now,
    });
    this.#world.tasks.add(task);
    this.#world.note(() => `${task.instance.name}#${task.id} begins ${name}`);
    const services = gatedServices(this.#gate, task);
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

  /** Picks one of the running instances, or any one if none is running. */
  #instance(): Instance {
    const { instances, now, random } = this.#world;
    const up = instances.filter(({ downUntil }) => downUntil <= now);
    return random.pick(up.length > 0 ? up : instances);
  }

  /** Ends an invocation as the Functions host does. */
  finish(task: Task): void {
    this.#world.tasks.delete(task);
    const { message, end } = task;
    const ok = end?.ok === true;
    this.#world.note(
      () => `${task.instance.name}#${task.id} ${ok ? 'ends' : `fails: ${errorOf(task)}`}`,
    );
    const { queues } = this.#world.backends;
    if (message !== undefined) {
      if (ok) {
        queues.delete(message);
        // In the app this is the end of the same invocation; apart, it has no lease.
        this.#look(task.instance);
      } else this.#letGo(message, AGAIN_SECONDS);
    }
    if (!ok) this.#world.observer.text('error', errorOf(task));
    if (!ok && end !== undefined && isDefect(end.error)) {
      this.#world.observer.violations.push(`a defect in ${task.name}: ${errorOf(task)}`);
    }
    if (task.name === 'reaper') {
      this.#reaping = false;
      if (ok && task.faults === 0) {
        this.#world.observer.violations.push(...expiredGroupsLeft(this.#world.backends, task));
      }
    }
    if (!ok && task.name.startsWith('start ')) this.#again(task);
  }

  #letGo(message: ReceivedMessage, afterSeconds: number): void {
    const { queues } = this.#world.backends;
    if (message.dequeueCount < MOST_DELIVERIES || !this.#poison(message)) {
      queues.release(message, afterSeconds);
    }
  }

  /** Moves a message that failed too often to the poison queue, as the host does. */
  #poison(message: ReceivedMessage): boolean {
    const { queue, body } = message;
    const poisoned = this.#world.backends.queues.poison(message);
    if (poisoned) this.#world.observer.poison.push({ queue, body });
    return poisoned;
  }

  planRun(run: ScenarioRun): void {
    const due = new Date(START + run.at * 1000);
    if (this.#world.scenario.timersDead && isScheduled(run)) {
      this.#world.timetable.at(madeUpBy(run), MADE_UP, () => undefined);
    } else {
      this.#world.timetable.at(due.getTime(), `start ${run.at}`, () => this.#startRun(run, 0));
    }
    if (run.canceledAt === undefined) return;
    this.#world.timetable.at(START + run.canceledAt * 1000, 'cancel', () =>
      this.#cancel(runIdOf(due, run.trigger)),
    );
  }

  #startRun(run: ScenarioRun, retryCount: number): void {
    const { trigger, dryRun } = run;
    const due = dueOf(run, this.#world.now, retryCount);
    this.#start(`start ${run.at}`, undefined, (services) =>
      startRun(services, { trigger, due, dryRun }),
    );
  }

  /** Returns true if the run is canceled at this reservation of a tag, and the instance must crash. */
  intended(runId: string): boolean {
    const run = this.#world.scenario.runs.find(
      (one) => runIdOf(new Date(START + one.at * 1000), one.trigger) === runId,
    );
    if (run?.canceledAtIntent !== true || this.#canceled.has(run)) return false;
    this.#canceled.add(run);
    this.cancelSoon(RunId.parse(runId));
    return this.#world.random.chance(0.5);
  }

  cancelSoon(runId: RunId): void {
    this.#world.later(1, 'cancel', () => this.#cancel(runId));
  }

  #cancel(runId: RunId): void {
    this.#world.coverage.fault('canceled');
    this.#start('cancel', undefined, (services) => cancelRun(services, runId, 'somebody'));
  }

  /** Retries a timer's invocation that failed or crashed. */
  #again(task: Task): void {
    const run = this.#world.scenario.runs.find(({ at }) => task.name === `start ${at}`);
    if (run === undefined) return;
    this.#world.later(30, task.name, () => this.#startRun(run, 1));
  }

  startReaper(): void {
    this.#world.timetable.at(this.#nextRound(REAP_SECONDS), 'reaper', () => this.startReaper());
    if (this.#reaping) return;
    this.#reaping = true;
    this.#start('reaper', undefined, (services) => reap(services));
  }

  /** An uptime monitor's call, which looks at the timers. */
  callHealth(): void {
    this.#world.timetable.at(this.#nextRound(MONITOR_SECONDS), 'monitor', () => this.callHealth());
    this.#look(this.#instance());
  }

  #look(instance: Instance): void {
    const watch = this.#watchOf(instance);
    this.#start('look', undefined, (services) => watch.look(services), instance);
  }

  /** Skips rounds while there is nothing to do. */
  #nextRound(everySeconds: number): number {
    const usual = this.#world.now + everySeconds * 1000;
    const idle =
      this.#world.tasks.size === 0 && isIdle(this.#world) && !this.#world.timetable.holds(MADE_UP);
    const next = Math.min(...this.#world.timetable.times());
    return idle && Number.isFinite(next) ? Math.max(usual, next) : usual;
  }
}

function errorOf(task: Task): string {
  const error = task.end?.ok === false ? task.end.error : undefined;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
