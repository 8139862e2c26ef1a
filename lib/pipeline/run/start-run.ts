import { sendTick } from '../messages.ts';
import type { Run } from '../records/run.ts';
import { type RunId, runIdOf } from '../records/run-id.ts';
import { type Services, secondsAfter } from '../services.ts';

/** Two of some thousand requests in one second may have the same id. */
const MAX_IDS = 16;

/** What starts a run, and the scope of that run. */
export interface Occurrence {
  readonly trigger: Run['trigger'];
  readonly due: Date;
  /** For people. The default is the trigger. */
  readonly startedBy?: string;
  /** Distinguishes requests in one second. Unset for a schedule: one occurrence is one run. */
  readonly request?: string;
  /** True adds a dry run to the setting; false never overrides it. */
  readonly dryRun?: boolean;
  /** As `repository:tag`; unset for all images of the policy. */
  readonly images?: readonly string[];
  /** Ends the back-off of these images. */
  readonly retry?: boolean;
}

/**
 * Starts the run of this occurrence unless it exists. Persists the run before it sends the message:
 * if the message is lost, the reaper sends it again.
 */
export async function startRun(services: Services, occurrence: Occurrence): Promise<RunId> {
  const runId = await persistRun(services, occurrence);
  await sendTick(services, { runId });
  return runId;
}

async function persistRun(services: Services, occurrence: Occurrence): Promise<RunId> {
  const { due, trigger, request } = occurrence;
  for (let nth = 0; nth < MAX_IDS; nth += 1) {
    const runId = runIdOf(due, trigger, request === undefined ? '' : `${request} ${nth}`);
    const started = await services.runs.start(newRun(services, runId, occurrence));
    if (started === 'started') {
      const { startedBy = trigger } = occurrence;
      services.log.info('run started', { runId, startedBy });
      return runId;
    }
    // A write whose answer was lost is repeated, and then finds the run of this request.
    const own = request === undefined || (await services.runs.find(runId))?.request === request;
    if (!own) continue;
    services.log.info('run already exists', { runId });
    return runId;
  }
  throw new Error('too many runs started in one second');
}

function newRun({ clock, options, registry }: Services, id: RunId, occurrence: Occurrence): Run {
  const { trigger, startedBy = trigger, request, images, retry } = occurrence;
  const now = clock.now();
  return {
    id,
    state: 'discovering',
    trigger,
    startedBy,
    ...(request !== undefined && { request }),
    registry: registry.host,
    dryRun: options.dryRun || occurrence.dryRun === true,
    ...(images !== undefined && { images }),
    ...(retry !== undefined && { retry }),
    createdAt: now,
    deadline: secondsAfter(now, options.runHours * 3600),
    cursorRepository: 0,
    cursorTag: '',
    wake: 0,
    nextAt: now,
    errors: 0,
    ownOperations: 0,
    storageOperations: 0,
    targets: 0,
    active: 0,
    clean: 0,
    cleanPartly: 0,
    patched: 0,
    alreadyPatched: 0,
    planned: 0,
    waiting: 0,
    skipped: 0,
    rejected: 0,
    failed: 0,
    canceled: 0,
  };
}
