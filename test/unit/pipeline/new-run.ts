import type { Run } from '../../../lib/pipeline/records/run.ts';
import { RunId } from '../../../lib/pipeline/records/run-id.ts';

const NOW = new Date('2026-11-23T02:00:00Z');

/** Returns a run that has just started, without targets. */
export function newRun(changes: Partial<Run> = {}): Run {
  return {
    id: RunId.parse('20261123T020000Z-7f3a'),
    state: 'running',
    trigger: 'schedule',
    dryRun: false,
    createdAt: NOW,
    deadline: new Date('2026-11-23T14:00:00Z'),
    cursorRepository: 0,
    cursorTag: '',
    wake: 0,
    nextAt: NOW,
    errors: 0,
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
    ...changes,
  };
}
