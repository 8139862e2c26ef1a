import { type GroupSpec, GroupTag } from '../../../lib/containers/container-groups.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { Task } from '../task.ts';
import { isTargetRow, type Report, type RowWrite } from './row-write.ts';
import { nameOf } from './seen-rows.ts';

/** Checks that a step that begins after its run was canceled starts nothing new. */
export class CancelWatch {
  readonly #report: Report;
  readonly #now: () => number;
  /** Times of the true clock. */
  readonly #canceledAt = new Map<string, number>();

  constructor(report: Report, now: () => number) {
    this.#report = report;
    this.#now = now;
  }

  row(write: RowWrite): void {
    const { task, table, before, after } = write;
    if (table === TABLES.state && after.partitionKey === 'cancel') {
      this.#canceledAt.set(after.rowKey, this.#now());
    }
    const intends =
      isTargetRow(write) &&
      after.state === 'publishing' &&
      (before?.patchTag ?? '') === '' &&
      after.patchTag !== '';
    if (intends && this.#beganAfter(task, after.partitionKey)) {
      this.#report(`${nameOf(after)} reserved a tag after its run was canceled`);
    }
  }

  groupAsked(task: Task, spec: GroupSpec): void {
    if (this.#beganAfter(task, spec.tags[GroupTag.run] ?? '')) {
      this.#report(`${spec.name} was created after its run was canceled`);
    }
  }

  #beganAfter(task: Task, runId: string): boolean {
    return task.beganAt > (this.#canceledAt.get(runId) ?? Infinity);
  }
}
