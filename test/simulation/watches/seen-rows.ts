import type { Entity } from '../../../lib/storage/tables.ts';
import { isJobRow, isRunRow, isTargetRow, type RowWrite } from './row-write.ts';

const OVER = ['done', 'lost', 'canceled', 'dropped', 'run-over'];
const TERMINAL = [
  'clean',
  'patched',
  'already-patched',
  'planned',
  'waiting',
  'skipped',
  'rejected',
  'failed',
  'canceled',
];

/** The rows as the pipeline last wrote them, so that the checks need not read tables. */
export class SeenRows {
  readonly targets = new Map<string, Entity>();
  readonly jobs = new Map<string, Entity>();
  /** Runs by id. */
  readonly runs = new Map<string, Entity>();

  row(write: RowWrite): void {
    const { after } = write;
    const key = `${after.partitionKey} ${after.rowKey}`;
    if (isTargetRow(write)) this.targets.set(key, after);
    else if (isJobRow(write)) this.jobs.set(key, after);
    else if (isRunRow(write)) this.runs.set(String(after.runId), after);
  }

  isLive(runId: string): boolean {
    const run = this.runs.get(runId);
    return run !== undefined && run.finishedAt === undefined;
  }
}

export function hasEnded(target: Entity): boolean {
  return TERMINAL.includes(String(target.state));
}

export function isOver(job: Entity): boolean {
  return OVER.includes(String(job.state));
}

/** Returns a target's name for messages. */
export function nameOf(target: Entity): string {
  return `${String(target.repository)}:${String(target.tag)}`;
}
