import type { GroupName } from '../../../lib/containers/container-groups.ts';
import type { MemoryContainerGroups } from '../../fakes/memory-container-groups.ts';
import { isJobRow, type Report, type RowWrite, timeOf } from './row-write.ts';
import { isOver } from './seen-rows.ts';
import type { ThrottleWatch } from './throttle-watch.ts';

/** Checks that a job gives up late attempts and deletes its group. */
export class JobWatch {
  readonly #report: Report;
  readonly #groups: MemoryContainerGroups;
  readonly #throttle: ThrottleWatch;
  /** Groups whose deletion was requested, even if ARM refused it. */
  readonly #unwanted = new Set<GroupName>();

  constructor(
    report: Report,
    seen: { readonly groups: MemoryContainerGroups; readonly throttle: ThrottleWatch },
  ) {
    this.#report = report;
    this.#groups = seen.groups;
    this.#throttle = seen.throttle;
  }

  deletionAsked(name: GroupName): void {
    this.#unwanted.add(name);
  }

  row(write: RowWrite): void {
    if (!isJobRow(write)) return;
    const { before, after } = write;
    if (isOver(after)) this.#groupIsGoing(write);
    else if (before?.state === 'running' && after.state === 'running') this.#isInTime(write);
  }

  #groupIsGoing({ task, after }: RowWrite): void {
    const { group } = after;
    const there = this.#groups.all().find(({ spec }) => spec.name === group);
    if (there === undefined || this.#unwanted.has(there.spec.name)) return;
    // During a shared back-off, the deletion is left to the reaper.
    if (this.#throttle.inForce(task)) return;
    this.#report(`${after.rowKey} is over, but its group ${String(group)} was not deleted`);
  }

  /** Checked at the end of a step, with the earliest time that its clock has shown. */
  #isInTime({ task, after }: RowWrite): void {
    const deadline = timeOf(after.deadline);
    if (after.leaseUntil !== undefined || after.errors !== 0 || deadline === undefined) return;
    if (deadline > task.earliest) return;
    this.#report(`${after.rowKey} is polled after the deadline of its attempt`);
  }
}
