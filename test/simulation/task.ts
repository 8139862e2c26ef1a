import type { ReceivedMessage } from '../fakes/memory-queues.ts';
import type { PortCall } from './port-call.ts';

/** One instance of the function app. Its clock may be wrong. */
export interface Instance {
  readonly name: string;
  skewMs: number;
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

/** One invocation of a function, from its trigger to its end or to the death of its instance. */
export interface Task {
  readonly id: number;
  readonly name: string;
  readonly instance: Instance;
  /** As its instance has it: clocks may be wrong. */
  readonly startedAt: number;
  readonly message: ReceivedMessage | undefined;
  readonly pending: Set<PendingCall>;
  /** Faults that it met: without any, what it is for must be done at its end. */
  faults: number;
  end: TaskEnd | undefined;
  /** What it read last of each tag: before a PUT, this decides whether the tag may be taken. */
  readonly tagsRead: Map<string, string | undefined>;
}
