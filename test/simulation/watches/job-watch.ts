import type { GroupName } from '../../../lib/containers/container-groups.ts';
import type { MemoryContainerGroups } from '../../fakes/memory-container-groups.ts';
import { isJobRow, type Report, type RowWrite, timeOf } from './row-write.ts';
import { isOver } from './seen-rows.ts';
import type { ThrottleWatch } from './throttle-watch.ts';

/** A job gives late attempts up, and takes its group with it. */
export class JobWatch {
  readonly #report: Report;
  readonly #groups: MemoryContainerGroups;
  readonly #throttle: ThrottleWatch;
  /** Groups that somebody wanted gone, whatever ARM said to it. */
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
    // While ARM wants to be left alone, the reaper is to do it.
    if (this.#throttle.inForce(task)) return;
    this.#report(`${after.rowKey} is over, and its group ${String(group)} is left alone`);
  }

  /** At the end of a step, by the least that its clock has shown it. */
  #isInTime({ task, after }: RowWrite): void {
    const deadline = timeOf(after.deadline);
    if (after.leaseUntil !== undefined || after.errors !== 0 || deadline === undefined) return;
    if (deadline > task.earliest) return;
    this.#report(`${after.rowKey} is polled on, though its attempt was to end before`);
  }
}
