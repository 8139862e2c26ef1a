import { TABLES } from '../../lib/storage/tables.ts';
import type { World } from './world.ts';

/** True if every run is over, its last look is done, and nothing is pending. */
export function isIdle({ backends, coverage }: World): boolean {
  const runs = backends.tables.all(TABLES.runs).map(({ entity }) => entity);
  const active = runs.filter((run) => run.finishedAt === undefined);
  if (active.length > 1 && !coverage.faults.has('overlapping-run')) {
    coverage.fault('overlapping-run');
  }
  const isSeen = coverage.faults.has('dry-run-overlaps');
  if (active.length > 1 && !isSeen && active.some((run) => run.dryRun === true)) {
    coverage.fault('dry-run-overlaps');
  }
  return (
    active.length === 0 &&
    runs.every((run) => run.lastLookAt === undefined && run.tellSince === undefined) &&
    backends.queues.pending().length === 0 &&
    backends.groups.all().length === 0
  );
}

/** Describes the runs, messages and tasks that are still pending. */
export function unfinished({ backends, tasks }: World): string {
  const { tables, queues, groups } = backends;
  return JSON.stringify({
    runs: tables
      .all(TABLES.runs)
      .map(({ entity }) => `${String(entity.runId)} ${String(entity.state)}`),
    names: groups.all().map(({ spec }) => spec.name),
    tasks: [...tasks].map((task) => task.name),
    messages: queues.pending().length,
  });
}
