import * as z from 'zod';
import { PatchDays } from '../pipeline/records/patch-days.ts';
import { Run, RunFault, RunState } from '../pipeline/records/run.ts';
import { TargetDays } from '../pipeline/records/target-days.ts';
import { Amount, Count, Text, Time, viewOf } from './view.ts';

/** Findings that the run's patches removed, and those that remain, by severity. */
const RunFindingCounts = {
  removedCritical: Count,
  removedHigh: Count,
  removedMedium: Count,
  removedLow: Count,
  removedUnknown: Count,
  remainingCritical: Count,
  remainingHigh: Count,
  remainingMedium: Count,
  remainingLow: Count,
  remainingUnknown: Count,
};

/** Container groups that have ended, their seconds by kind, and the cost by the prices of the settings. */
const RunUse = {
  groups: Count,
  unseenGroups: Count,
  scanSeconds: Count,
  patchSeconds: Count,
  verifySeconds: Count,
  vcpuSeconds: Amount,
  gbSeconds: Amount,
  scanCost: Amount,
  patchCost: Amount,
  verifyCost: Amount,
  cost: Amount,
  currency: Text,
};

/** A run, for people and programs. `docs/operate.md` explains the fields. */
export const RunView = z
  .object({
    runId: z.string(),
    state: RunState,
    reason: RunFault.nullable(),
    detail: Text,
    trigger: Run.shape.trigger,
    startedBy: Text,
    canceledBy: Text,
    registry: Text,
    dryRun: z.boolean(),
    images: z.array(z.string()).nullable(),
    warnings: Text,
    createdAt: Time,
    finishedAt: Time,
    deadline: Time,
    tickedAt: Time,
    progressAt: Time,
    expectedAt: Time,
    targets: Count,
    active: Count,
    clean: Count,
    cleanPartly: Count,
    patched: Count,
    alreadyPatched: Count,
    planned: Count,
    waiting: Count,
    skipped: Count,
    rejected: Count,
    failed: Count,
    canceled: Count,
    ...RunFindingCounts,
    ...RunUse,
    /** The findings that its patches fixed, by the days since their fix was first seen. */
    patchDays: PatchDays.nullable(),
    targetDays: TargetDays.nullable(),
    tools: Text,
    databaseDigest: Text,
    databaseTime: Time,
    policyDigest: Text,
    policyBlob: Text,
    builderDetail: Text,
    /** The blob with its rows, in `patchwright-archive`, of a run whose rows are being deleted. */
    archive: Text,
  })
  .meta({ id: 'Run' });
export type RunView = z.infer<typeof RunView>;

export function runView({ id, ...run }: Run): RunView {
  return viewOf(RunView, { ...run, runId: id });
}
