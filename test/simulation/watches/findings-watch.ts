import { PatchDays } from '../../../lib/pipeline/records/patch-days.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { Report, RowWrite } from './row-write.ts';
import { nameOf } from './seen-rows.ts';

/** Checks that the time to patch of a target counts each finding that its run fixed at most once. */
export class FindingsWatch {
  readonly #report: Report;
  /** The vulnerabilities whose rows became `fixed`, by run and tag. */
  readonly #fixed = new Map<string, Set<string>>();

  constructor(report: Report) {
    this.#report = report;
  }

  row({ table, before, after }: RowWrite): void {
    const image = `${String(after.repository)}:${String(after.tag)}`;
    if (table === TABLES.findings && before?.state === 'open' && after.state === 'fixed') {
      const key = `${String(after.runId)} ${image}`;
      const known = this.#fixed.get(key) ?? new Set();
      this.#fixed.set(key, known.add(String(after.vulnerability)));
    }
    if (table !== TABLES.targets || after.patchDays === undefined) return;
    const days = PatchDays.parse(JSON.parse(String(after.patchDays)));
    const counted = Object.values(days)
      .flatMap((one) => Object.values(one.days))
      .reduce((sum, count) => sum + count, 0);
    const fixed = this.#fixed.get(`${after.partitionKey} ${image}`)?.size ?? 0;
    if (counted > fixed) {
      this.#report(`${nameOf(after)} counts ${counted} patched findings, and it fixed ${fixed}`);
    }
  }
}
