import { type GroupSpec, GroupTag } from '../../../lib/containers/container-groups.ts';
import type { Entity } from '../../../lib/storage/tables.ts';
import type { Coverage } from '../coverage.ts';
import { type Report, timeOf } from './row-write.ts';
import { hasEnded, isOver, nameOf, type SeenRows } from './seen-rows.ts';

/** The maximum error of an instance's clock. */
const WORST_CLOCK_MS = 20 * 60 * 1000;

/** Checks that only one run works on an image at a time, with only one job. */
export class ClaimWatch {
  readonly #report: Report;
  readonly #coverage: Coverage;
  readonly #rows: SeenRows;
  readonly #now: () => number;

  constructor(report: Report, coverage: Coverage, rows: SeenRows, now: () => number) {
    this.#report = report;
    this.#coverage = coverage;
    this.#rows = rows;
    this.#now = now;
  }

  groupAsked(spec: GroupSpec): void {
    const runId = spec.tags[GroupTag.run];
    const jobId = spec.tags[GroupTag.job];
    if (runId === undefined || this.#isDryRun(runId)) return;
    const worked = [...this.#rows.targets.values()].filter((target) => this.#isWorked(target));
    const own = worked.filter((target) => target.partitionKey === runId && target.job === jobId);
    const sources = new Set(own.map(sourceOf));
    const others = worked.filter(
      (target) => !own.includes(target) && sources.has(sourceOf(target)),
    );
    for (const other of others) {
      const whose = `${String(other.job)} of run ${other.partitionKey}`;
      this.#report(`${spec.name} works on ${nameOf(other)}, as ${whose} does`);
    }
  }

  /** True if a live job works on the target. */
  #isWorked(target: Entity): boolean {
    const runId = target.partitionKey;
    if (hasEnded(target) || !this.#rows.isLive(runId) || this.#isDryRun(runId)) return false;
    const job = this.#rows.jobs.get(`${target.partitionKey} ${String(target.job)}`);
    return job !== undefined && !isOver(job) && !this.#claimMayHaveEnded(target.partitionKey);
  }

  /** It claims nothing, and changes nothing. */
  #isDryRun(runId: string): boolean {
    return this.#rows.runs.get(runId)?.dryRun === true;
  }

  /** True if the claim may look expired to a wrong clock. */
  #claimMayHaveEnded(runId: string): boolean {
    if (!this.#coverage.faults.has('clock-jump')) return false;
    const deadline = timeOf(this.#rows.runs.get(runId)?.deadline) ?? 0;
    return this.#now() + WORST_CLOCK_MS >= deadline;
  }
}

function sourceOf(target: Entity): string {
  return `${String(target.repository)}@${String(target.sourceDigest)}`;
}
