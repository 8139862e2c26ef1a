import type { Coverage } from '../coverage.ts';
import { isJobRow, type RowWrite } from './row-write.ts';

/** A job goes its way. */
export class JobWatch {
  readonly #coverage: Coverage;

  constructor(coverage: Coverage) {
    this.#coverage = coverage;
  }

  row(write: RowWrite): void {
    if (!isJobRow(write)) return;
    const from = write.before?.state;
    const to = write.after.state;
    if (from !== undefined && from !== to) {
      this.#coverage.transition(`job ${String(from)} → ${String(to)}`);
    }
  }
}
