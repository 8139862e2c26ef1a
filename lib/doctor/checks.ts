import type { Settings } from '../settings.ts';
import { builderCheck } from './builder-check.ts';
import type { Check } from './check.ts';
import { databaseCheck } from './database-check.ts';
import { groupChecks } from './group-checks.ts';
import { identityCheck } from './identity-check.ts';
import { mirrorCheck } from './mirror-check.ts';
import { nextRun } from './next-run.ts';
import { type Outcome, pass, warn } from './outcome.ts';
import { registryChecks } from './registry-checks.ts';
import { storageChecks } from './storage-checks.ts';
import { workerImageChecks } from './worker-image-checks.ts';

/**
 * All checks that start no container group, each after the checks that it needs. The app runs only
 * these; the command line adds lib/cli/doctor/probe-checks.ts.
 */
export const CHECKS: readonly Check[] = [
  {
    id: 'settings',
    title: 'Every setting is present, known and well-formed',
    needs: [],
    // A context exists only if the settings could be read: see open-app.ts.
    run: async ({ settings, services }) => judgeSettings(settings, services.clock.now()),
  },
  identityCheck,
  ...storageChecks,
  ...registryChecks,
  ...workerImageChecks,
  databaseCheck,
  mirrorCheck,
  ...groupChecks,
  builderCheck,
];

function judgeSettings(settings: Settings, now: Date): Outcome {
  const { registry, location, version, unknown } = settings;
  if (unknown.length === 0) {
    const next = nextRun(settings, now) ?? 'not within ten years';
    return pass(`${registry}, container groups in ${location}, next run ${next}`);
  }
  return warn(
    `version ${version} is newer than the code, which does not know ${unknown.join(', ')}`,
    'Publish the version of the app whose infra/main.bicep was deployed.',
  );
}
