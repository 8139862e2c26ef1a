import type { GroupAnswer } from '../../../lib/containers/container-groups.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { Task } from '../task.ts';
import { isJobRow, type Report, type RowWrite, timeOf } from './row-write.ts';

interface Quiet {
  /** When it was written, by the true clock; until when it is to be quiet, by the writer's. */
  readonly at: number;
  readonly notBefore: number;
}

/** One refusal quietens all: no group is created before the time that the shared record names. */
export class ThrottleWatch {
  readonly #report: Report;
  readonly #now: () => number;
  readonly #written: Quiet[] = [];
  readonly #refused = new Map<Task, number>();

  constructor(report: Report, now: () => number) {
    this.#report = report;
    this.#now = now;
  }

  row(write: RowWrite): void {
    const { task, table, after } = write;
    if (table === TABLES.state && after.partitionKey === 'throttle') {
      this.#written.push({ at: this.#now(), notBefore: timeOf(after.notBefore) ?? 0 });
    }
    const endsStep = isJobRow(write) && task.hold !== undefined && after.leaseUntil === undefined;
    if (endsStep) this.#wasToldOn(task);
  }

  /** Whether a task may have seen that ARM is to be left alone. */
  inForce(task: Task): boolean {
    return (this.#written.at(-1)?.notBefore ?? 0) > task.earliest;
  }

  /** What stood there when the step began, it has had to see. */
  groupAsked(task: Task): void {
    const known = this.#written.findLast(({ at }) => at <= task.beganAt);
    if (known !== undefined && known.notBefore > task.latest) {
      this.#report(`${task.name} created a group while all were to wait`);
    }
  }

  groupAnswered(task: Task, answer: GroupAnswer): void {
    const waits = ['throttled', 'quota', 'capacity'];
    if (!answer.ok && waits.includes(answer.refusal)) this.#refused.set(task, this.#now());
  }

  /** A step that was told to wait has told the others, unless it was disturbed in it. */
  #wasToldOn(task: Task): void {
    const refusedAt = this.#refused.get(task);
    if (refusedAt === undefined || task.faults > 0) return;
    const last = this.#written.at(-1);
    if (last !== undefined && (last.at >= refusedAt || last.notBefore > task.earliest)) return;
    this.#report(`${task.name} was told to wait, and has told nobody`);
  }
}
