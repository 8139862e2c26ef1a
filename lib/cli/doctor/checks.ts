import { builderCheck } from './builder-check.ts';
import type { Check } from './check.ts';
import { databaseCheck } from './database-check.ts';
import { groupChecks } from './group-checks.ts';
import { identityCheck } from './identity-check.ts';
import { mirrorCheck } from './mirror-check.ts';
import { pass } from './outcome.ts';
import { probeChecks } from './probe-checks.ts';
import { registryChecks } from './registry-checks.ts';
import { storageChecks } from './storage-checks.ts';
import { workerImageChecks } from './worker-image-checks.ts';

/** Everything that `patchwright doctor` looks at, each behind all that it needs. */
export const CHECKS: readonly Check[] = [
  {
    id: 'settings',
    title: 'Every setting is there, known and well-formed',
    needs: [],
    // There is a context only where the settings could be read: see open-inspection.ts.
    run: async ({ settings }) =>
      pass(`${settings.registry}, container groups in ${settings.location}`),
  },
  identityCheck,
  ...storageChecks,
  ...registryChecks,
  ...workerImageChecks,
  databaseCheck,
  mirrorCheck,
  ...groupChecks,
  builderCheck,
  ...probeChecks,
];
