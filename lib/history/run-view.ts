import * as z from 'zod';
import { PatchDays } from '../pipeline/records/patch-days.ts';
import { Run, RunFault, RunState } from '../pipeline/records/run.ts';
import { RunCounts } from '../pipeline/records/run-counts.ts';
import { RUN_FINDING_COLUMNS } from '../pipeline/records/run-findings.ts';
import { RUN_USE_COLUMNS } from '../pipeline/records/run-use.ts';
import { TargetDays } from '../pipeline/records/target-days.ts';
import { nullable, Text, Time, viewOf } from './view.ts';

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
    ...nullable(RunCounts.shape),
    ...nullable(RUN_FINDING_COLUMNS),
    ...nullable(RUN_USE_COLUMNS),
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
