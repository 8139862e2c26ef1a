import { plainText } from '../../text/plain-text.ts';
import { EVENT_TYPES } from '../../webhook/event-names.ts';
import { builderFaultIn } from '../records/builder-fault.ts';
import { isRunOver, type Run } from '../records/run.ts';
import type { PipelineOptions } from '../services.ts';
import { type CloudEvent, cloudEvent } from './cloud-event.ts';
import { type Severities, TargetCounts } from './event-data.ts';

const LONGEST_DETAIL = 2000;
const DAY_MS = 24 * 3600 * 1000;

/** An event of the run itself. Its key is in the row that says what was told. */
export type RunEvent = {
  readonly [Name in 'run-ended' | 'no-builder' | 'database-old']: {
    readonly key: Name;
    readonly event: CloudEvent<(typeof EVENT_TYPES)[Name]>;
  };
}['run-ended' | 'no-builder' | 'database-old'];

/** What a run's row says has happened, the end last. */
export function runEvents(
  run: Run,
  at: { readonly source: string; readonly options: Pick<PipelineOptions, DatabaseDays> },
): readonly RunEvent[] {
  return [databaseOld(run, at), noBuilder(run, at.source), runEnded(run, at.source)].filter(
    (event) => event !== undefined,
  );
}

type DatabaseDays = 'databaseWarnDays' | 'databaseMaxDays';

function aboutOf({ id }: Run, key: string, source: string, time: Date) {
  return { id: `${id}-${key}`, source, time, subject: `runs/${id}` };
}

function databaseOld(
  run: Run,
  { source, options }: { source: string; options: Pick<PipelineOptions, DatabaseDays> },
): RunEvent | undefined {
  const { databaseTime, createdAt } = run;
  if (databaseTime === undefined) return undefined;
  const days = (createdAt.getTime() - databaseTime.getTime()) / DAY_MS;
  if (days <= options.databaseWarnDays) return undefined;
  const key = 'database-old';
  const event = cloudEvent(EVENT_TYPES[key], aboutOf(run, key, source, createdAt), {
    run: run.id,
    databaseTime: databaseTime.toISOString(),
    days: Math.floor(days),
    tooOld: days > options.databaseMaxDays,
  });
  return { key, event };
}

/** The row does not say when the builder was refused, so the time is that of the run's start. */
function noBuilder(run: Run, source: string): RunEvent | undefined {
  const fault = builderFaultIn(run);
  if (fault === undefined) return undefined;
  const key = 'no-builder';
  const event = cloudEvent(EVENT_TYPES[key], aboutOf(run, key, source, run.createdAt), {
    run: run.id,
    detail: plainText(fault.builderDetail, LONGEST_DETAIL),
  });
  return { key, event };
}

function runEnded(run: Run, source: string): RunEvent | undefined {
  const { finishedAt, createdAt, detail } = run;
  if (!isRunOver(run) || finishedAt === undefined) return undefined;
  const key = 'run-ended';
  const event = cloudEvent(EVENT_TYPES[key], aboutOf(run, key, source, finishedAt), {
    run: run.id,
    state: run.state,
    reason: run.reason,
    detail: detail === undefined ? undefined : plainText(detail, LONGEST_DETAIL),
    trigger: run.trigger,
    dryRun: run.dryRun,
    startedAt: createdAt.toISOString(),
    endedAt: finishedAt.toISOString(),
    seconds: Math.max(0, Math.round((finishedAt.getTime() - createdAt.getTime()) / 1000)),
    targets: TargetCounts.parse({ ...run, all: run.targets }),
    removed: findings(run, 'removed'),
    remaining: findings(run, 'remaining'),
  });
  return { key, event };
}

function findings(run: Run, what: 'removed' | 'remaining'): Severities | undefined {
  const critical = run[`${what}Critical`];
  if (critical === undefined) return undefined;
  return {
    critical,
    high: run[`${what}High`] ?? 0,
    medium: run[`${what}Medium`] ?? 0,
    low: run[`${what}Low`] ?? 0,
    unknown: run[`${what}Unknown`] ?? 0,
  };
}
