import type { GroupAnswer } from '../../../lib/containers/container-groups.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { Task } from '../task.ts';
import { isJobRow, type Report, type RowWrite, timeOf } from './row-write.ts';

interface Quiet {
  /** When it was written, by the true clock; the back-off's end is by the writer's clock. */
  readonly at: number;
  readonly notBefore: number;
}

/** Checks the shared back-off: after a refusal, no group is created before its end. */
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

  /** True if a task may have seen a shared back-off. */
  inForce(task: Task): boolean {
    return (this.#written.at(-1)?.notBefore ?? 0) > task.earliest;
  }

  /** A step must respect a back-off that was recorded before it began. */
  groupAsked(task: Task): void {
    const known = this.#written.findLast(({ at }) => at <= task.beganAt);
    if (known !== undefined && known.notBefore > task.latest) {
      this.#report(`${task.name} created a group during the shared back-off`);
    }
  }

  groupAnswered(task: Task, answer: GroupAnswer): void {
    const waits = ['throttled', 'quota', 'capacity', 'network'];
    if (!answer.ok && waits.includes(answer.refusal)) this.#refused.set(task, this.#now());
  }

  /** A step that was throttled must have recorded the back-off, unless a fault prevented it. */
  #wasToldOn(task: Task): void {
    const refusedAt = this.#refused.get(task);
    if (refusedAt === undefined || task.faults > 0) return;
    const last = this.#written.at(-1);
    if (last !== undefined && (last.at >= refusedAt || last.notBefore > task.earliest)) return;
    this.#report(`${task.name} was throttled and recorded no back-off`);
  }
}
