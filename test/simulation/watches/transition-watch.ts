import { TRANSITIONS } from '../allowed-transitions.ts';
import type { Coverage } from '../coverage.ts';
import { isJobRow, isRunRow, isTargetRow, type Report, type RowWrite } from './row-write.ts';

/** Checks that targets, jobs and runs make only allowed transitions. */
export class TransitionWatch {
  readonly #report: Report;
  readonly #coverage: Coverage;

  constructor(report: Report, coverage: Coverage) {
    this.#report = report;
    this.#coverage = coverage;
  }

  row(write: RowWrite): void {
    const what = kindOf(write);
    if (what === undefined) return;
    const [from, to] = [write.before?.state, write.after.state];
    if (from === undefined || from === to) return;
    const transition = `${what} ${String(from)} → ${String(to)}`;
    this.#coverage.transition(transition);
    if (!TRANSITIONS.has(transition)) {
      this.#report(`${write.after.rowKey}: ${transition} is not an allowed transition`);
    }
  }
}

function kindOf(write: RowWrite): 'target' | 'job' | 'run' | undefined {
  if (isTargetRow(write)) return 'target';
  if (isJobRow(write)) return 'job';
  return isRunRow(write) ? 'run' : undefined;
}
