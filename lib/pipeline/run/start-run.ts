import { sendTick } from '../messages.ts';
import { type RunId, runIdOf, runRowKey } from '../records/run-id.ts';
import { RUN_PARTITION, type RunRow } from '../records/run-row.ts';
import { type Services, secondsAfter } from '../services.ts';

/**
 * Starts the run of this occurrence, or finds it started. Row first, message second: should the
 * message be lost, the reaper sends it again.
 */
export async function startRun(
  services: Services,
  occurrence: {
    readonly trigger: RunRow['trigger'];
    readonly due: Date;
    readonly dryRun?: boolean;
  },
): Promise<RunId> {
  const now = services.clock.now();
  const runId = runIdOf(occurrence.due, occurrence.trigger);
  const row: RunRow = {
    partitionKey: RUN_PARTITION,
    rowKey: runRowKey(runId),
    runId,
    state: 'discovering',
    trigger: occurrence.trigger,
    dryRun: occurrence.dryRun ?? services.options.dryRun,
    createdAt: now,
    deadline: secondsAfter(now, services.options.runHours * 3600),
    cursorRepository: 0,
    cursorTag: '',
    wake: 0,
    nextAt: now,
    errors: 0,
    targets: 0,
    active: 0,
    clean: 0,
    patched: 0,
    planned: 0,
    skipped: 0,
    rejected: 0,
    failed: 0,
    canceled: 0,
  };
  const inserted = await services.runs.insert(row);
  services.log.info(inserted === undefined ? 'run was there already' : 'run started', { runId });
  await sendTick(services, { runId });
  return runId;
}
