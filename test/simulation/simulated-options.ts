import { digestOf } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { PipelineOptions } from '../../lib/pipeline/services.ts';
import type { Scenario } from './scenario.ts';

export const LEASE_SECONDS = 900;
export const LONGEST_RUN_HOURS = 8;

/** The app's settings in a scenario. */
export function optionsOf(scenario: Scenario): PipelineOptions {
  const repository = RepositoryName.parse('patchwright/worker');
  const worker = { repository, reference: `${repository}@${digestOf('the worker')}` };
  return {
    policySetting: JSON.stringify(scenario.policy),
    dryRun: false,
    scanWorkerImage: worker,
    patchWorkerImage: worker,
    builder: scenario.noBuilder ? { kind: 'none' } : { kind: 'standard' },
    database: { repository: RepositoryName.parse('patchwright/trivy-db'), tag: Tag.parse('2') },
    databaseWarnDays: 3,
    databaseMaxDays: 14,
    toolingMirror: RepositoryName.parse('patchwright/mirror'),
    extraCa: undefined,
    pollSeconds: scenario.pollSeconds,
    tickSeconds: scenario.tickSeconds,
    leaseSeconds: LEASE_SECONDS,
    runHours: scenario.runHours,
    maxGroups: scenario.maxGroups,
    scanBatch: scenario.scanBatch,
    patchBatch: scenario.patchBatch,
    maxImageBytes: 10_000_000,
  };
}
