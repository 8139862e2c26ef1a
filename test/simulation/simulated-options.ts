import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { PipelineOptions } from '../../lib/pipeline/services.ts';
import { WORKER_IMAGE } from '../fakes/registry/seed-worker-image.ts';
import type { Scenario } from './scenario.ts';

export const LEASE_SECONDS = 900;
export const LONGEST_RUN_HOURS = 8;

/** The app's settings in a scenario. */
export function optionsOf(scenario: Scenario): PipelineOptions {
  return {
    policySetting: JSON.stringify(scenario.policy),
    dryRun: false,
    installation: Tag.parse('ours'),
    scanWorkerImage: WORKER_IMAGE,
    patchWorkerImage: WORKER_IMAGE,
    builder: scenario.noBuilder ? { kind: 'none' } : { kind: 'standard' },
    database: { repository: RepositoryName.parse('patchwright/trivy-db'), tag: Tag.parse('2') },
    databaseWarnDays: 3,
    databaseMaxDays: 14,
    findings: true,
    targetDays: { critical: 7, high: 30, medium: 90, low: 180 },
    toolingMirror: RepositoryName.parse('patchwright/mirror'),
    extraCa: undefined,
    pollSeconds: scenario.pollSeconds,
    tickSeconds: scenario.tickSeconds,
    leaseSeconds: LEASE_SECONDS,
    runHours: scenario.runHours,
    maxGroups: scenario.maxGroups,
    repositoryHours: 0,
    scanBatch: scenario.scanBatch,
    patchBatch: scenario.patchBatch,
    retentionDays: scenario.retentionDays,
    maxImageBytes: 10_000_000,
  };
}
