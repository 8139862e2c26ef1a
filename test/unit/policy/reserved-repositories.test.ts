import { expect, it } from 'vitest';
import {
  isConfiguredRepository,
  isReservedRepository,
} from '../../../lib/policy/reserved-repositories.ts';

const CONFIGURED = {
  database: { repository: 'infra/trivy-db' },
  toolingMirror: 'mirror',
  scanWorkerImage: { repository: 'infra/worker-scan' },
  patchWorkerImage: { repository: 'infra/worker-patch' },
};

it.each([
  ['patchwright/worker', true],
  ['patchwright/staging/team/api', true],
  ['csscpolicies/patchpolicy', true],
  ['patchwright', false],
  ['team/patchwright/worker', false],
  ['patchwright-tools/x', false],
])('isReservedRepository of %s is %s', (repository, reserved) => {
  expect(isReservedRepository(repository)).toBe(reserved);
});

it.each([
  ['infra/trivy-db', true],
  ['infra/worker-scan', true],
  ['infra/worker-patch', true],
  ['mirror', true],
  ['mirror/docker.io/library/debian', true],
  ['mirrored', false],
  ['infra', false],
  ['team/mirror', false],
])('isConfiguredRepository of %s is %s', (repository, configured) => {
  expect(isConfiguredRepository(repository, CONFIGURED)).toBe(configured);
});
