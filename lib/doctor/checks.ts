import type { Settings } from '../settings.ts';
import { builderCheck } from './builder-check.ts';
import type { Check } from './check.ts';
import { databaseCheck } from './database-check.ts';
import { groupChecks } from './group-checks.ts';
import { identityCheck } from './identity-check.ts';
import { mirrorCheck } from './mirror-check.ts';
import { type Outcome, pass, warn } from './outcome.ts';
import { registryChecks } from './registry-checks.ts';
import { storageChecks } from './storage-checks.ts';
import { workerImageChecks } from './worker-image-checks.ts';

/**
 * Everything that is looked at without starting a container group, each behind all that it needs. The app
 * looks at no more than this; the command line also has lib/cli/doctor/probe-checks.ts.
 */
export const CHECKS: readonly Check[] = [
  {
    id: 'settings',
    title: 'Every setting is there, known and well-formed',
    needs: [],
    // There is a context only where the settings could be read: see open-inspection.ts.
    run: async ({ settings }) => judgeSettings(settings),
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

function judgeSettings({ registry, location, version, unknown }: Settings): Outcome {
  if (unknown.length === 0) return pass(`${registry}, container groups in ${location}`);
  return warn(
    `version ${version}, newer than the code, which does not know ${unknown.join(', ')}`,
    'Publish the app of the version whose infra/main.bicep was deployed.',
  );
}
