import { countedOperations } from '../counted-operations.ts';
import type { RunEnd } from '../log-lines.ts';
import type { Reason } from '../records/reasons.ts';
import type { Run, RunState } from '../records/run.ts';
import { EndCounts, type RunCounts } from '../records/run-counts.ts';
import { FindingSums } from '../records/run-findings.ts';
import { RunUse } from '../records/run-use.ts';
import { withWarnings } from '../records/run-warnings.ts';
import type { Target } from '../records/target.ts';
import { type Services, secondsAfter } from '../services.ts';
import { endWarnings } from './end-warnings.ts';

/** Longer than the lifetime of a group's token and of any stalled step. */
const LAST_LOOK_SECONDS = 80 * 60;

type EndState = Exclude<RunState, 'discovering' | 'running'>;

/** A run that fails or rejects at least one target is not a good one. Skipped targets never count. */
export function finalState(
  { reason }: Pick<Run, 'reason'>,
  { failed, rejected }: Pick<RunCounts, 'failed' | 'rejected'>,
): EndState {
  if (reason !== undefined) return 'failed';
  return failed + rejected > 0 ? 'completed-with-failures' : 'completed';
}

/** Logs the end of a run. Returns the changes of its row. */
export function endRun(
  services: Pick<Services, 'clock' | 'log' | 'webhook' | 'storageUse' | 'options'>,
  end: {
    readonly run: Run;
    readonly state: EndState;
    readonly changes: Partial<Run>;
    readonly targets: readonly Target[];
  },
): Partial<Run> {
  const { run, state, targets } = end;
  const ending = { ...end.changes, ...withWarnings(run, endWarnings(state, targets)) };
  const changes = { ...ending, ...countedOperations(services, { ...run, ...ending }) };
  const finishedAt = services.clock.now();
  logEnd(services, { ...run, ...changes, state, finishedAt }, targets, state);
  const lastLookAt = secondsAfter(finishedAt, LAST_LOOK_SECONDS);
  const tellSince = services.webhook === undefined ? undefined : finishedAt;
  return { ...changes, state, finishedAt, lastLookAt, tellSince };
}

/** Alerts look for these lines and their fields (infra/modules/alerts.bicep). */
function logEnd(
  { log }: Pick<Services, 'log'>,
  run: Run & { readonly finishedAt: Date },
  targets: readonly Target[],
  state: EndState,
): void {
  const { id: runId, reason, detail } = run;
  const fields = fieldsOf(run, targets);
  if (run.warnings !== undefined) log.warn('run has warnings', { runId, detail: run.warnings });
  switch (state) {
    case 'completed':
      log.info('run completed', fields);
      break;
    case 'completed-with-failures':
      log.warn('run completed with failures', fields);
      break;
    case 'canceled':
      log.info('run canceled', fields);
      break;
    case 'failed':
      log.error('run failed', { ...fields, reason, detail });
      break;
    default:
      state satisfies never;
  }
}

function fieldsOf(run: Run & { readonly finishedAt: Date }, targets: readonly Target[]): RunEnd {
  const { id: runId, state, trigger, dryRun, createdAt, finishedAt } = run;
  const covered = run.clean + run.patched + run.alreadyPatched;
  return {
    runId,
    state,
    trigger,
    dryRun,
    partial: run.images !== undefined,
    seconds: Math.max(0, Math.round((finishedAt.getTime() - createdAt.getTime()) / 1000)),
    ...EndCounts.parse(run),
    coveragePercent: run.targets === 0 ? 0 : Math.floor((100 * covered) / run.targets),
    ...causesOf(targets),
    ...FindingSums.parse(run),
    ...RunUse.parse(run),
  };
}

/** Counts the failed targets that the installation causes, not the image. */
function causesOf(targets: readonly Target[]): {
  readonly noBuilder: number;
  readonly quota: number;
  readonly runDeadline: number;
} {
  const count = (wanted: Reason) => targets.filter(({ reason }) => reason === wanted).length;
  return {
    noBuilder: count('no-builder'),
    quota: count('quota'),
    runDeadline: count('run-deadline'),
  };
}
