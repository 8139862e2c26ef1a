import { STAGING_PREFIX } from '../../../lib/policy/reserved-repositories.ts';
import type { MemoryRegistry } from '../../fakes/memory-registry.ts';
import type { Coverage } from '../coverage.ts';
import type { Fault } from '../fault-kinds.ts';
import { isRunRow, type Report, type RowWrite } from './row-write.ts';
import { hasEnded, isOver, nameOf, type SeenRows } from './seen-rows.ts';

/** Faults that touch the app and its messages alone. */
const OWN_FAULTS: ReadonlySet<Fault> = new Set<Fault>([
  'crash-before',
  'crash-after',
  'crash-all',
  'message-lost',
  'message-duplicated',
  'message-late',
  'message-reordered',
  'malformed-message',
  'same-step-twice',
  'mounts-refused',
]);

/** A run leaves nothing behind that it could have cleared. */
export class RunWatch {
  readonly #report: Report;
  readonly #coverage: Coverage;
  readonly #registry: MemoryRegistry;
  readonly #rows: SeenRows;

  constructor(
    report: Report,
    coverage: Coverage,
    seen: { readonly registry: MemoryRegistry; readonly rows: SeenRows },
  ) {
    this.#report = report;
    this.#coverage = coverage;
    this.#registry = seen.registry;
    this.#rows = seen.rows;
  }

  row(write: RowWrite): void {
    if (!isRunRow(write)) return;
    const { before, after } = write;
    if (before?.finishedAt !== undefined || after.finishedAt === undefined) return;
    if (after.reason !== 'internal-error') this.#isDone(String(after.runId));
    this.#ended();
  }

  /** But for what a step that had stood still writes down in that moment. */
  #isDone(runId: string): void {
    for (const job of this.#rows.jobs.values()) {
      if (job.partitionKey === runId && !isOver(job)) {
        this.#report(`${runId} is over, and its job ${job.rowKey} is ${String(job.state)}`);
      }
    }
    for (const target of this.#rows.targets.values()) {
      if (target.partitionKey !== runId || hasEnded(target) || target.state === 'queued') continue;
      this.#report(`${runId} is over, and ${nameOf(target)} is ${String(target.state)}`);
    }
  }

  /** Where nothing but the app itself has failed, nothing is left for later. */
  #ended(): void {
    const { faults } = this.#coverage;
    if ([...faults.keys()].some((fault) => !OWN_FAULTS.has(fault))) return;
    // Another run may have its own there.
    if ([...this.#rows.runs.keys()].some((runId) => this.#rows.isLive(runId))) return;
    for (const repository of this.#registry.repositories()) {
      if (!repository.startsWith(STAGING_PREFIX)) continue;
      const { length } = this.#registry.digests(repository);
      if (length > 0) this.#report(`its run is over, and ${repository} holds ${length}`);
    }
  }
}
