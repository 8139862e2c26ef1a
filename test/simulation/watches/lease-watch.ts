import { QUEUES } from '../../../lib/storage/queues.ts';
import type { PortCall } from '../port-call.ts';
import type { Task } from '../task.ts';
import { isJobRow, isRunRow, type Report, type RowWrite, timeOf } from './row-write.ts';

/** Who holds a job or a run: one step at a time, and none whose lease has ended. */
export class LeaseWatch {
  readonly #report: Report;
  /** Rows with the wake numbers that a step was accepted for. */
  readonly #accepted = new Set<string>();

  constructor(report: Report) {
    this.#report = report;
  }

  row(write: RowWrite): void {
    if (!isJobRow(write) && !isRunRow(write)) return;
    const { task, after, etag } = write;
    const key = `${after.partitionKey} ${after.rowKey}`;
    const leaseUntil = timeOf(after.leaseUntil);
    if (task.hold?.key === key) {
      if (write.replaced !== task.hold.etag) {
        this.#report(`${task.name} wrote over what somebody else had written`);
      }
    } else if (isStep(task) && leaseUntil !== undefined) this.#taken(write, key);
    else return;
    task.hold = { key, etag, leaseUntil };
  }

  /** A step begins: it has the row. */
  #taken({ task, before, replaced }: RowWrite, key: string): void {
    const until = timeOf(before?.leaseUntil);
    if (replaced !== undefined && until !== undefined && until > task.latest) {
      this.#report(`${task.name} began while another's lease lasted`);
    }
    const wake = wakeOf(task) ?? before?.wake;
    const step = `${key} ${String(wake)}`;
    if (this.#accepted.has(step)) this.#report(`${task.name} was accepted a second time`);
    this.#accepted.add(step);
  }

  /** An effect outside, before it is known what will become of it. */
  asked(task: Task, call: PortCall<unknown>, now: number): void {
    if (call.effect !== 'leased' || !isStep(task) || hasLease(task, now)) return;
    this.#report(
      `${call.port}.${call.method} ${call.label} by a step without a lease: ${task.name}`,
    );
  }
}

/** By the clock that the task has at this moment. */
function hasLease(task: Task, now: number): boolean {
  const until = task.hold?.leaseUntil;
  return until !== undefined && until > now + task.instance.skewMs;
}

function isStep({ message }: Task): boolean {
  return message?.queue === QUEUES.jobs || message?.queue === QUEUES.runs;
}

function wakeOf({ message }: Task): unknown {
  const body = message?.body;
  return typeof body === 'object' && body !== null && 'wake' in body ? body.wake : undefined;
}
