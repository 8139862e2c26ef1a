import { RunMessage } from '../../../lib/pipeline/messages.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import type { PortCall } from '../port-call.ts';
import type { Task } from '../task.ts';
import { isJobRow, isRunRow, type Report, type RowWrite, timeOf } from './row-write.ts';

/** Checks that only one step at a time holds a job or run, and that its lease is valid. */
export class LeaseWatch {
  readonly #report: Report;
  /** The wake numbers for which each row has accepted a step. */
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
        this.#report(`${task.name} overwrote a change by another step`);
      }
    } else if (isStep(task) && leaseUntil !== undefined) this.#taken(write, key);
    else return;
    task.hold = { key, etag, leaseUntil };
  }

  /** A step has taken the row. */
  #taken({ task, before, replaced }: RowWrite, key: string): void {
    const until = timeOf(before?.leaseUntil);
    if (replaced !== undefined && until !== undefined && until > task.latest) {
      this.#report(`${task.name} began during the lease of another step`);
    }
    const wake = wakeOf(task) ?? before?.wake;
    const step = `${key} ${String(wake)}`;
    if (this.#accepted.has(step)) this.#report(`${task.name} was accepted a second time`);
    this.#accepted.add(step);
  }

  /** Checks a call with an external effect before its outcome is known. */
  asked(task: Task, call: PortCall<unknown>, now: number): void {
    if (call.effect !== 'leased' || !isStep(task) || hasLease(task, now)) return;
    this.#report(
      `${call.port}.${call.method} ${call.label} was called by a step without a lease: ${task.name}`,
    );
  }
}

/** Uses the present time of the task's clock. */
function hasLease(task: Task, now: number): boolean {
  const until = task.hold?.leaseUntil;
  return until !== undefined && until > now + task.instance.skewMs;
}

function isStep({ message }: Task): boolean {
  return (
    message?.queue === QUEUES.jobs ||
    (message?.queue === QUEUES.runs && RunMessage.safeParse(message.body).success)
  );
}

function wakeOf({ message }: Task): unknown {
  const body = message?.body;
  return typeof body === 'object' && body !== null && 'wake' in body ? body.wake : undefined;
}
