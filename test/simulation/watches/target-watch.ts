import type { Entity } from '../../../lib/storage/tables.ts';
import type { Coverage } from '../coverage.ts';
import type { PublishWatch } from './publish-watch.ts';
import { isTargetRow, type Report, type RowWrite } from './row-write.ts';
import { hasEnded, nameOf } from './seen-rows.ts';

/** Hand-overs of one target to a job, far more than its budget of attempts explains. */
const MAX_ROUNDS = 40;

/** Endings that need no reason. */
const PLAIN_ENDINGS = ['clean', 'patched', 'already-patched'];

/** Every target goes its way once, and ends with a reason that is so. */
export class TargetWatch {
  readonly #report: Report;
  readonly #coverage: Coverage;
  readonly #publishing: PublishWatch;

  constructor(report: Report, coverage: Coverage, publishing: PublishWatch) {
    this.#report = report;
    this.#coverage = coverage;
    this.#publishing = publishing;
  }

  row(write: RowWrite): void {
    if (!isTargetRow(write)) return;
    const { before, after } = write;
    const image = nameOf(after);
    const from = before?.state;
    const to = after.state;
    if (before !== undefined && hasEnded(before)) {
      this.#report(`${image} was ${String(from)} and is ${String(to)}`);
    }
    if (Number(after.round) > MAX_ROUNDS) this.#report(`${image} goes on forever`);
    if (hasEnded(after)) this.#ended(write, after, image);
  }

  /** What an ending claims must be so. */
  #ended({ task, before }: RowWrite, target: Entity, image: string): void {
    const { patchTag, reason, state } = target;
    if (reason !== undefined) this.#coverage.reason(`${String(state)} ${String(reason)}`);
    else if (!PLAIN_ENDINGS.includes(String(state))) {
      this.#report(`${image} ended ${String(state)} without a reason`);
    }
    if (state === 'canceled' && before?.patchTag !== undefined) {
      this.#report(`${image} was canceled after its tag was written down`);
    }
    const tag = `${String(target.repository)}:${String(patchTag)}`;
    const stands = this.#publishing.hasPublished(tag, target.staged);
    if (state === 'already-patched' && stands && before?.patchTag !== undefined) {
      this.#report(`${image} was patched just now and says that it was before`);
    }
    if (state !== 'patched') return;
    const seen = task.tagsRead.get(tag);
    if (seen !== target.patchDigest) {
      this.#report(`${image} is patched, and its tag was last seen to be ${seen}`);
    }
  }
}
