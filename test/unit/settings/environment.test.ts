import { describe, expect, it } from 'vitest';
import { SETTING_NAMES } from '../../../lib/settings/environment.ts';
import { faultsOf, SAMPLE_VALUES } from './faults-of.ts';

it.each([
  ['PATCHWRIGHT_REGISTRY', 'https://myregistry.azurecr.io'],
  ['PATCHWRIGHT_SCAN_WORKER_IMAGE', 'patchwright/worker:latest'],
  ['PATCHWRIGHT_LOCATION', 'West Europe'],
  ['PATCHWRIGHT_DRY_RUN', 'yes'],
  ['PATCHWRIGHT_POLL_SECONDS', '0'],
  ['PATCHWRIGHT_MAX_GROUPS', '1e9'],
  ['PATCHWRIGHT_DATABASE', 'no-tag'],
  ['PATCHWRIGHT_RETENTION_DAYS', '89'],
  ['PATCHWRIGHT_RETENTION_DAYS', '3651'],
  ['PATCHWRIGHT_RETENTION_DAYS', '90.5'],
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

describe('a wrong value', () => {
  const WORDS_OF_THE_PARSER = /invalid|too (?:small|big)|expected|received/i;
  const messageOf = (name: string, value: string) =>
    faultsOf({ ...SAMPLE_VALUES, [name]: value })
      .split('\n')
      .find((line) => line.startsWith(`- ${name}`));

  /** Settings of which every text is right here. */
  const FREE = ['PATCHWRIGHT_POLICY', 'AzureWebJobsStorage'];

  it.each(SETTING_NAMES.filter((name) => !FREE.includes(name)))(
    'of %s is answered with what is right, in plain words',
    (name) => {
      const messages = ['?', '999999', 'x'.repeat(300)].map((value) => messageOf(name, value));

      const told = messages.filter((message) => message !== undefined);
      expect(told.length).toBeGreaterThan(0);
      for (const message of told) {
        expect(message).toMatch(/: (?:must|is|'|\S+ can't be read|can't be read|needs) ?/);
        expect(message).not.toMatch(WORDS_OF_THE_PARSER);
      }
    },
  );

  it.each([
    [
      'PATCHWRIGHT_SUBSCRIPTION_ID',
      'mine',
      'must be a GUID such as 6f0c2a3e-5b1d-4c8e-9a77-0d2f4b6c8e10',
    ],
    ['PATCHWRIGHT_DRY_RUN', 'yes', 'must be true or false'],
    ['PATCHWRIGHT_BUILDER', 'docker', 'must be standard, confidential, remote or none'],
    ['PATCHWRIGHT_MAX_GROUPS', '101', 'must be a whole number from 1 to 100'],
    ['PATCHWRIGHT_ARM_ENDPOINT', 'management', 'must be an address such as https://example.com'],
    ['PATCHWRIGHT_JOBS_RESOURCE_GROUP', 'x'.repeat(91), 'must have at most 90 characters'],
  ])('%s=%s: %s', (name, value, message) => {
    expect(messageOf(name, value)).toBe(`- ${name}: ${message}`);
  });
});
