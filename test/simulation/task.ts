import type { StorageUse } from '../../lib/storage/storage-use.ts';
import type { ReceivedMessage } from '../fakes/memory-queues.ts';
import type { PortCall } from './port-call.ts';

/** One instance of the function app. Its clock may be wrong. */
export interface Instance {
  readonly name: string;
  /** Of its present worker process. */
  storageUse: StorageUse;
  skewMs: number;
  /** Number of worker processes that exited since the host started. */
  exits: number;
  /** Until then it accepts no work: milliseconds of the true clock. */
  downUntil: number;
}

/** A port call that waits until the scheduler runs it. */
export interface PendingCall {
  readonly task: Task;
  /** The call, whose outcome goes to the handler. */
  readonly call: PortCall<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

export type TaskEnd = { readonly ok: true } | { readonly ok: false; readonly error: unknown };

/** The row of a job or run that a step holds, as the step wrote it last. */
export interface Hold {
  readonly key: string;
  readonly etag: string;
  /** Milliseconds; undefined after the step has released the row. */
  readonly leaseUntil: number | undefined;
}

/** One invocation of a function, from its trigger to its end or to the crash of its instance. */
export interface Task {
  readonly id: number;
  readonly name: string;
  readonly instance: Instance;
  /** Milliseconds of the true clock. */
  readonly beganAt: number;
  /**
   * The earliest and latest time that the instance's clock has shown since the start, in milliseconds.
   * The clock may be wrong, and may jump.
   */
  earliest: number;
  latest: number;
  readonly message: ReceivedMessage | undefined;
  readonly pending: Set<PendingCall>;
  /** Number of its faults. Without any, its work must be complete at its end. */
  faults: number;
  end: TaskEnd | undefined;
  /** The last digest that it read of each tag, which decides whether it may overwrite the tag. */
  readonly tagsRead: Map<string, string | undefined>;
  hold: Hold | undefined;
}

export function newTask(
  options: Pick<Task, 'id' | 'name' | 'instance' | 'message'> & { readonly now: number },
): Task {
  const { now, ...rest } = options;
  const shown = now + options.instance.skewMs;
  return {
    ...rest,
    beganAt: now,
    earliest: shown,
    latest: shown,
    pending: new Set(),
    faults: 0,
    end: undefined,
    tagsRead: new Map(),
    hold: undefined,
  };
}

/** Returns the time that its instance's clock shows a task. */
export function clockOf(task: Task, now: number): Date {
  const shown = now + task.instance.skewMs;
  task.earliest = Math.min(task.earliest, shown);
  task.latest = Math.max(task.latest, shown);
  return new Date(shown);
}
