import { type GroupSpec, GroupTag } from '../../../lib/containers/container-groups.ts';
import type { Task } from '../task.ts';
import { isRunRow, type Report, type RowWrite } from './row-write.ts';

/** A step that begins when its run knows that no builder works starts no patch group. */
export class BuilderWatch {
  readonly #report: Report;
  readonly #now: () => number;
  /** By the true clock, as the beginnings of tasks are. */
  readonly #refusedAt = new Map<string, number>();

  constructor(report: Report, now: () => number) {
    this.#report = report;
    this.#now = now;
  }

  row(write: RowWrite): void {
    const { before, after } = write;
    if (!isRunRow(write) || after.builderCall === undefined) return;
    if (before?.builderCall === undefined) this.#refusedAt.set(String(after.runId), this.#now());
  }

  groupAsked(task: Task, spec: GroupSpec): void {
    const refusedAt = this.#refusedAt.get(spec.tags[GroupTag.run] ?? '') ?? Infinity;
    if (!spec.name.startsWith('pw-patch-') || task.beganAt <= refusedAt) return;
    this.#report(`${spec.name} was created when its run knew that no builder works`);
  }
}
