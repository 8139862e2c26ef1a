import { TABLES } from '../../../lib/storage/tables.ts';
import type { PublishWatch } from './publish-watch.ts';
import type { Report, RowWrite } from './row-write.ts';
import { nameOf } from './seen-rows.ts';

/** Checks that the inventory names a patch only under a tag under which it was published. */
export class InventoryWatch {
  readonly #report: Report;
  readonly #publishing: PublishWatch;

  constructor(report: Report, publishing: PublishWatch) {
    this.#report = report;
    this.#publishing = publishing;
  }

  row({ table, after }: RowWrite): void {
    if (table !== TABLES.inventory || after.patchTag === '') return;
    const tag = `${String(after.repository)}:${String(after.patchTag)}`;
    if (this.#publishing.everPublished.has(`${tag} ${String(after.patchDigest)}`)) return;
    const what = `${String(after.kind)} ${String(after.state ?? '')} ${String(after.reason ?? '')}`;
    this.#report(
      `the inventory names ${tag} for ${nameOf(after)} (${what}), under which ${String(after.patchDigest)} was never published`,
    );
  }
}
