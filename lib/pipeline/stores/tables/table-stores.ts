import type { Tables } from '../../../storage/tables.ts';
import type { Stores } from '../stores.ts';
import { TableCancellations } from './table-cancellations.ts';
import { TableFindings } from './table-findings.ts';
import { TableInventory } from './table-inventory.ts';
import { TableJobs } from './table-jobs.ts';
import { TablePullChoice } from './table-pull-choice.ts';
import { TableRunArchives } from './table-run-archives.ts';
import { TableRunRows } from './table-run-rows.ts';
import { TableRuns } from './table-runs.ts';
import { TableTargets } from './table-targets.ts';
import { TableTellings } from './table-tellings.ts';
import { TableThrottle } from './table-throttle.ts';
import { TableTimers } from './table-timers.ts';

/** The pipeline's stores over any tables. */
export function tableStores(tables: Tables): Stores {
  return {
    runs: new TableRuns(tables),
    cancellations: new TableCancellations(tables),
    targets: new TableTargets(tables),
    jobs: new TableJobs(tables),
    throttle: new TableThrottle(tables),
    pullChoice: new TablePullChoice(tables),
    timers: new TableTimers(tables),
    inventory: new TableInventory(tables),
    tellings: new TableTellings(tables),
    findings: new TableFindings(tables),
    runRows: new TableRunRows(tables),
    runArchives: new TableRunArchives(tables),
  };
}
