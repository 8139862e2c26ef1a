import type { Run } from '../../lib/pipeline/records/run.ts';
import type { Check } from './aftermath.ts';
import type { DisturbanceReport } from './disturbance.ts';
import type { DemoOutcome } from './outcome.ts';

/** The complete result of a demo. */
export interface DemoReport {
  readonly run: Run;
  /** Tool → version; undefined for stand-ins. */
  readonly tools: Readonly<Record<string, string>> | undefined;
  readonly registry: string;
  readonly outcomes: readonly DemoOutcome[];
  readonly checks: readonly Check[];
  /** Sentences about unexpected outcomes; empty if there are none. */
  readonly unexpected: readonly string[];
  /** The last warnings and errors of the app and the host. */
  readonly problems: readonly string[];
  /** The disturbance of the run, if there was one. */
  readonly disturbance?: DisturbanceReport | undefined;
}

export function runSeconds({ createdAt, finishedAt }: Run): number {
  return ((finishedAt ?? createdAt).getTime() - createdAt.getTime()) / 1000;
}

/** True if the run looked at every image, whatever became of them. */
export function hasCompleted({ state }: Pick<Run, 'state'>): boolean {
  return state === 'completed' || state === 'completed-with-failures';
}

export function endedWell(report: DemoReport): boolean {
  return (
    hasCompleted(report.run) &&
    report.unexpected.length === 0 &&
    report.checks.every(({ ok }) => ok)
  );
}

/** The document that `--json` prints. Times in seconds, dates in ISO 8601. */
export function jsonReport(report: DemoReport, environmentFile: string | undefined): unknown {
  const { run, registry } = report;
  const { targets, clean, cleanPartly, patched, alreadyPatched, planned, waiting } = run;
  const { skipped, rejected, failed, canceled } = run;
  return {
    ok: endedWell(report),
    runId: run.id,
    state: run.state,
    reason: run.reason,
    detail: run.detail,
    tools: report.tools ?? 'stand-ins',
    registry,
    startedAt: run.createdAt,
    finishedAt: run.finishedAt,
    seconds: runSeconds(run),
    databaseTime: run.databaseTime,
    warnings: run.warnings?.split('\n') ?? [],
    counts: {
      targets,
      clean,
      cleanPartly,
      patched,
      alreadyPatched,
      planned,
      waiting,
      skipped,
      rejected,
      failed,
      canceled,
    },
    outcomes: report.outcomes,
    checks: report.checks,
    unexpected: report.unexpected,
    ...(report.disturbance && {
      chaos: {
        seed: report.disturbance.seed,
        faults: report.disturbance.faults,
        explained: report.disturbance.explained,
      },
    }),
    environmentFile,
  };
}
