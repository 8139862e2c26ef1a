import * as z from 'zod';
import { Digest } from '../../../image/digest.ts';
import { Tag } from '../../../image/reference.ts';
import { BlockedPackage } from '../../../job/blocked-package.ts';
import { RemainingPackage } from '../../../report/remaining-findings.ts';
import { TABLES, type Tables } from '../../../storage/tables.ts';
import { PatchDays } from '../../records/patch-days.ts';
import { Reason } from '../../records/reasons.ts';
import { RunId } from '../../records/run-id.ts';
import { KnownPatch, Target } from '../../records/target.ts';
import { withEvent } from '../../records/target-events.ts';
import { assertTransition, isTerminal, type TargetState } from '../../records/target-states.ts';
import type { PassOver, Stored } from '../stored.ts';
import type { TargetChanges, TargetStore } from '../target-store.ts';
import { flagOrFalse, textOrEmpty } from './explicit-column.ts';
import { jsonColumn } from './json-column.ts';
import { RecordTable, type RowMapping } from './record-table.ts';

/** One row of PatchwrightTargets. */
const TargetRow = Target.omit({ id: true, runId: true }).extend({
  partitionKey: RunId,
  rowKey: z.string(),
  reason: textOrEmpty(Reason),
  detail: textOrEmpty(z.string()),
  heldBy: textOrEmpty(RunId),
  patchTag: textOrEmpty(Tag),
  patchDigest: textOrEmpty(Digest),
  isPatch: flagOrFalse(),
  replacedPush: flagOrFalse(),
  patches: jsonColumn(Target.shape.patches),
  claims: jsonColumn(z.array(KnownPatch).readonly()).optional(),
  patchDays: jsonColumn(PatchDays).optional(),
  blocked: jsonColumn(z.array(BlockedPackage).readonly()).optional(),
  remaining: jsonColumn(z.array(RemainingPackage).readonly()).optional(),
});
type TargetRow = z.infer<typeof TargetRow>;

export const TARGETS: RowMapping<TargetRow, Target> = {
  table: TABLES.targets,
  schema: TargetRow,
  toRow: ({ id, runId, ...columns }) => ({ ...columns, partitionKey: runId, rowKey: id }),
  fromRow: ({ partitionKey, rowKey, ...columns }) => ({
    ...columns,
    id: rowKey,
    runId: partitionKey,
  }),
};

/** PatchwrightTargets. */
export class TableTargets implements TargetStore {
  readonly #records: RecordTable<TargetRow, Target>;

  constructor(tables: Tables) {
    this.#records = new RecordTable(tables, TARGETS);
  }

  find(runId: RunId, targetId: string): Promise<Stored<Target> | undefined> {
    return this.#records.find({ partitionKey: runId, rowKey: targetId });
  }

  ofRun(runId: RunId): AsyncIterable<Stored<Target>> {
    return this.#records.list(runId);
  }

  readableOfRun(runId: RunId, passOver: PassOver): AsyncIterable<Stored<Target>> {
    return this.#records.listReadable(runId, passOver);
  }

  addMissing(targets: readonly Target[]): Promise<void> {
    return this.#records.insertMissing(
      targets.map((target) => ({
        ...target,
        events: withEvent(undefined, { ...target, at: target.discoveredAt }),
      })),
    );
  }

  async move(
    target: Stored<Target>,
    state: TargetState,
    { movedAt: at, ...changes }: TargetChanges & { readonly movedAt: Date },
  ): Promise<Stored<Target> | undefined> {
    assertTransition(target.state, state);
    const job = changes.job ?? target.job;
    const events = withEvent(target.events, { at, state, job });
    return this.#update(target, { job: '', attempts: 0, ...changes, state, events });
  }

  async change(
    target: Stored<Target>,
    changes: TargetChanges,
  ): Promise<Stored<Target> | undefined> {
    if (isTerminal(target.state)) throw new Error('a target that has ended is never changed');
    return this.#update(target, changes);
  }

  async finish(
    target: Stored<Target>,
    state: TargetState,
    changes: TargetChanges & { readonly finishedAt: Date },
  ): Promise<Stored<Target> | undefined> {
    assertTransition(target.state, state);
    const { job } = target;
    const { finishedAt: at, reason } = changes;
    const events = withEvent(target.events, { at, state, reason, job });
    return this.#update(target, { ...changes, state, events });
  }

  async #update(
    target: Stored<Target>,
    changes: Partial<Target>,
  ): Promise<Stored<Target> | undefined> {
    return this.#records.update(target, changes);
  }
}
