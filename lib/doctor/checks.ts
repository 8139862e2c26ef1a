import { builderCheck } from './builder-check.ts';
import type { Check } from './check.ts';
import { databaseCheck } from './database-check.ts';
import { groupChecks } from './group-checks.ts';
import { identityCheck } from './identity-check.ts';
import { markCheck } from './mark-check.ts';
import { mirrorCheck } from './mirror-check.ts';
import { pullCheck } from './pull-check.ts';
import { registryChecks } from './registry-checks.ts';
import { settingsCheck } from './settings-check.ts';
import { storageChecks } from './storage-checks.ts';
import { timerCheck } from './timer-check.ts';
import { webhookCheck } from './webhook-check.ts';
import { workerImageChecks } from './worker-image-checks.ts';

/**
 * All checks that start no container group, each after the checks that it needs. The app runs only
 * these; the command line adds lib/cli/doctor/probe-checks.ts.
 */
export const CHECKS: readonly Check[] = [
  settingsCheck,
  identityCheck,
  ...storageChecks,
  timerCheck,
  webhookCheck,
  ...registryChecks,
  markCheck,
  pullCheck,
  ...workerImageChecks,
  databaseCheck,
  mirrorCheck,
  ...groupChecks,
  builderCheck,
];
