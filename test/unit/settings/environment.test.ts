import { expect, it } from 'vitest';
import { faultsOf, SAMPLE_VALUES } from './faults-of.ts';

it.each([
  ['PATCHWRIGHT_REGISTRY', 'https://myregistry.azurecr.io'],
  ['PATCHWRIGHT_SCAN_WORKER_IMAGE', 'patchwright/worker:latest'],
  ['PATCHWRIGHT_LOCATION', 'West Europe'],
  ['PATCHWRIGHT_DRY_RUN', 'yes'],
  ['PATCHWRIGHT_POLL_SECONDS', '0'],
  ['PATCHWRIGHT_MAX_GROUPS', '1e9'],
  ['PATCHWRIGHT_DATABASE', 'no-tag'],
  ['PATCHWRIGHT_TYPO', 'x'],
])('refuses %s=%s with the name of the setting', (name, value) => {
  expect(faultsOf({ ...SAMPLE_VALUES, [name]: value })).toContain(name);
});

it('refuses a database with more than a repository and a tag', () => {
  const message = faultsOf({
    ...SAMPLE_VALUES,
    PATCHWRIGHT_DATABASE: 'patchwright/trivy-db:2:latest',
  });

  expect(message).toContain('PATCHWRIGHT_DATABASE: must be repository:tag');
});

it('reports a missing file of authorities beside all other faults', () => {
  const message = faultsOf({
    ...SAMPLE_VALUES,
    PATCHWRIGHT_EXTRA_CA_FILE: '/nowhere/ca.pem',
    PATCHWRIGHT_LOCATION: 'West Europe',
  });

  expect(message).toContain("PATCHWRIGHT_EXTRA_CA_FILE: /nowhere/ca.pem can't be read (ENOENT)");
  expect(message).toContain('PATCHWRIGHT_LOCATION');
});
