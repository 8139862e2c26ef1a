import type { Entity } from '../../../lib/storage/tables.ts';
import type { Coverage } from '../coverage.ts';
import type { Task } from '../task.ts';
import type { PublishWatch } from './publish-watch.ts';
import { isTargetRow, type Report, type RowWrite } from './row-write.ts';
import { hasEnded, nameOf } from './seen-rows.ts';

/** A number of assignments to jobs that is far above the limit of attempts. */
const MAX_ROUNDS = 40;

/** Endings that need no reason. */
const PLAIN_ENDINGS = ['clean', 'patched', 'already-patched'];

/** Checks that every target ends once, with a true reason. */
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
      this.#report(`${image} had ended as ${String(from)} and became ${String(to)}`);
    }
    const lastEvent = String(after.events).split('\n').at(-1);
    if (lastEvent?.split(' ')[1] !== to) this.#report(`${image} lacks the event of its state`);
    if (Number(after.round) > MAX_ROUNDS) this.#report(`${image} does not end`);
    if (hasEnded(after)) this.#ended(write, after, image);
  }

  /** A floating tag points to the patch, unless the step saw that the source was pushed again. */
  #floats(task: Task, target: Entity, image: string): void {
    if (target.alsoFloating === undefined) return;
    const { repository, floatingTag, patchDigest } = target;
    const read = (tag: unknown) => task.tagsRead.get(`${String(repository)}:${String(tag)}`);
    if (floatingTag === undefined) {
      if (read(target.tag) !== target.digest) return;
      this.#report(`${image} is patched, but no floating tag was moved`);
    } else if (read(floatingTag) !== patchDigest) {
      this.#report(`${image} is patched, but its floating tag was last read as another image`);
    }
  }

  /** Checks the claims of an ending. */
  #ended({ task, before }: RowWrite, target: Entity, image: string): void {
    const { patchTag, reason, state } = target;
    if (reason !== '') this.#coverage.reason(`${String(state)} ${String(reason)}`);
    else if (!PLAIN_ENDINGS.includes(String(state))) {
      this.#report(`${image} ended ${String(state)} without a reason`);
    }
    if (state === 'canceled' && (before?.patchTag ?? '') !== '') {
      this.#report(`${image} was canceled after its tag was reserved`);
    }
    const tag = `${String(target.repository)}:${String(patchTag)}`;
    const isPublished = this.#publishing.hasPublished(tag, target.staged);
    if (state === 'already-patched' && isPublished && (before?.patchTag ?? '') !== '') {
      this.#report(`${image} was patched in this run but ended as already patched`);
    }
    if (state !== 'patched') return;
    const seen = task.tagsRead.get(tag);
    if (seen !== target.patchDigest) {
      this.#report(`${image} is patched, but its tag was last read as ${seen}`);
    }
    this.#floats(task, target, image);
  }
}
