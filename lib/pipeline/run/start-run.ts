import { sendTick } from '../messages.ts';
import type { Run } from '../records/run.ts';
import { type RunId, runIdOf } from '../records/run-id.ts';
import { type Services, secondsAfter } from '../services.ts';

/**
 * Starts the run of this occurrence unless it exists. Persists the run before it sends the message:
 * if the message is lost, the reaper sends it again.
 */
export async function startRun(
  services: Services,
  occurrence: {
    readonly trigger: Run['trigger'];
    readonly due: Date;
    readonly dryRun?: boolean;
  },
): Promise<RunId> {
  const now = services.clock.now();
  const runId = runIdOf(occurrence.due, occurrence.trigger);
  const started = await services.runs.start({
    id: runId,
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
    alreadyPatched: 0,
    planned: 0,
    waiting: 0,
    skipped: 0,
    rejected: 0,
    failed: 0,
    canceled: 0,
  });
  services.log.info(started === 'started' ? 'run started' : 'run already exists', { runId });
  await sendTick(services, { runId });
  return runId;
}
