import { STAGING_PREFIX } from '../../../lib/policy/reserved-repositories.ts';
import type { MemoryRegistry } from '../../fakes/memory-registry.ts';
import type { Coverage } from '../coverage.ts';
import type { Fault } from '../fault-kinds.ts';
import { isRunRow, type Report, type RowWrite } from './row-write.ts';
import { hasEnded, isOver, nameOf, type SeenRows } from './seen-rows.ts';

/** Faults that affect only the app and its messages. */
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

/** Checks that a run leaves no orphans that it could have deleted. */
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

  /** Ignores targets that a stalled step inserts at that moment. */
  #isDone(runId: string): void {
    for (const job of this.#rows.jobs.values()) {
      if (job.partitionKey === runId && !isOver(job)) {
        this.#report(`${runId} is over, but its job ${job.rowKey} is ${String(job.state)}`);
      }
    }
    for (const target of this.#rows.targets.values()) {
      if (target.partitionKey !== runId || hasEnded(target) || target.state === 'queued') continue;
      this.#report(`${runId} is over, but ${nameOf(target)} is ${String(target.state)}`);
    }
  }

  /** If only the app has failed, no cleanup is left for later. */
  #ended(): void {
    const { faults } = this.#coverage;
    if ([...faults.keys()].some((fault) => !OWN_FAULTS.has(fault))) return;
    // Another run may have its own manifests there.
    if ([...this.#rows.runs.keys()].some((runId) => this.#rows.isLive(runId))) return;
    for (const repository of this.#registry.repositories()) {
      if (!repository.startsWith(STAGING_PREFIX)) continue;
      const { length } = this.#registry.digests(repository);
      if (length > 0) this.#report(`its run is over, but ${repository} has ${length} manifests`);
    }
  }
}
