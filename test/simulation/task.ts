import type { ReceivedMessage } from '../fakes/memory-queues.ts';
import type { PortCall } from './port-call.ts';

/** One instance of the function app. Its clock may be wrong. */
export interface Instance {
  readonly name: string;
  skewMs: number;
  /** Workers that ended by themselves since the host started. */
  exits: number;
  /** Before, it takes no work: milliseconds of the true clock. */
  downUntil: number;
}

/** A port call that a handler waits for, until the scheduler lets it happen. */
export interface PendingCall {
  readonly task: Task;
  /** Runs the call to its end, as the fault says; the handler goes on with what comes of it. */
  readonly call: PortCall<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export type TaskEnd = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

/** A job's or a run's row in the hands of a step, as the step wrote it last. */
export interface Hold {
  readonly key: string;
  readonly etag: string;
  /** Absent once the step has let it go. Milliseconds. */
  readonly leaseUntil: number | undefined;
}

/** One invocation of a function, from its trigger to its end or to the death of its instance. */
export interface Task {
  readonly id: number;
  readonly name: string;
  readonly instance: Instance;
  /** By the true clock; milliseconds. */
  readonly beganAt: number;
  /** As its instance has it: clocks may be wrong. */
  readonly startedAt: number;
  /** The least and the most that the clock has shown it: a clock may jump. */
  earliest: number;
  latest: number;
  readonly message: ReceivedMessage | undefined;
  readonly pending: Set<PendingCall>;
  /** Faults that it met: without any, what it is for must be done at its end. */
  faults: number;
  end: TaskEnd | undefined;
  /** What it read last of each tag: before a PUT, this decides whether the tag may be taken. */
  readonly tagsRead: Map<string, string | undefined>;
  hold: Hold | undefined;
}

export function newTask(
  options: Pick<Task, 'id' | 'name' | 'instance' | 'message'> & { readonly now: number },
): Task {
  const { now, ...rest } = options;
  const startedAt = now + options.instance.skewMs;
  return {
    ...rest,
    beganAt: now,
    startedAt,
    earliest: startedAt,
    latest: startedAt,
    pending: new Set(),
    faults: 0,
    end: undefined,
    tagsRead: new Map(),
    hold: undefined,
  };
}

/** What its instance's clock shows a task. */
export function clockOf(task: Task, now: number): Date {
  const shown = now + task.instance.skewMs;
  task.earliest = Math.min(task.earliest, shown);
  task.latest = Math.max(task.latest, shown);
  return new Date(shown);
}
