import { containerOf } from '../../../lib/pipeline/records/container-names.ts';
import type { Entity } from '../../../lib/storage/tables.ts';
import type { MemoryContainerGroups } from '../../fakes/memory-container-groups.ts';
import { isTargetRow, type Report, type RowWrite, timeOf } from './row-write.ts';
import { nameOf, type SeenRows } from './seen-rows.ts';

/** Checks that a dead or hanging container costs only its own image, and no working one is given up. */
export class ContainerWatch {
  readonly #report: Report;
  readonly #groups: MemoryContainerGroups;
  readonly #rows: SeenRows;
  readonly #now: () => number;

  constructor(
    report: Report,
    seen: {
      readonly groups: MemoryContainerGroups;
      readonly rows: SeenRows;
      readonly now: () => number;
    },
  ) {
    this.#report = report;
    this.#groups = seen.groups;
    this.#rows = seen.rows;
    this.#now = seen.now;
  }

  row(write: RowWrite): void {
    const { task, before, after } = write;
    if (!isTargetRow(write) || before?.state !== 'patching') return;
    if (Number(after.attempts) <= Number(before.attempts)) return;
    const job = this.#rows.jobs.get(`${before.partitionKey} ${String(before.job)}`);
    // A job whose steps fail too often is given up even if its group works. A step counts as failed
    // until its end, so this one is counted already.
    if (job === undefined || Number(job.errors) > 1 || isLate(job, task.latest)) return;
    if (!this.#works(job, before)) return;
    this.#report(`${nameOf(after)} was given up while its container worked`);
  }

  #works({ group: name }: Entity, target: Entity): boolean {
    const group = this.#groups.all().find(({ spec }) => spec.name === name);
    const image = { repository: String(target.repository), digest: String(target.sourceDigest) };
    const own = containerOf(image);
    const container = group?.spec.containers.find(({ name: container }) => container === own);
    if (group === undefined || container === undefined) return false;
    return group.status(this.#now()).containers[container.name]?.state === 'running';
  }
}

function isLate({ deadline }: Entity, now: number): boolean {
  return now >= (timeOf(deadline) ?? 0);
}
