import { expect, it } from 'vitest';
import { readSettings, SettingsError } from '../../lib/settings.ts';
import sample from '../../local.settings.sample.json' with { type: 'json' };

const values: Readonly<Record<string, string>> = sample.Values;

function faultsOf(environment: Readonly<Record<string, string | undefined>>): string {
  try {
    readSettings(environment);
    return '';
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return error.message;
  }
}

it('reads the sample as it is', () => {
  const settings = readSettings(values);

  expect(settings).toMatchObject({
    registry: 'myregistry.azurecr.io',
    storage: { kind: 'connection-string' },
    pipeline: { dryRun: true, builder: { kind: 'none' }, pollSeconds: 15 },
  });
});

it('names every missing setting in one message', () => {
  const message = faultsOf({});

  for (const name of Object.keys(values).filter(
    (key) => key !== 'PATCHWRIGHT_DRY_RUN' && key.startsWith('PATCHWRIGHT_'),
  )) {
    expect(message).toContain(`${name} is missing`);
  }
});

it.each([
  ['PATCHWRIGHT_REGISTRY', 'https://myregistry.azurecr.io'],
  ['PATCHWRIGHT_SCAN_WORKER_IMAGE', 'patchwright/worker:latest'],
  ['PATCHWRIGHT_LOCATION', 'West Europe'],
  ['PATCHWRIGHT_DRY_RUN', 'yes'],
  ['PATCHWRIGHT_POLL_SECONDS', '0'],
  ['PATCHWRIGHT_MAX_GROUPS', '1e9'],
  ['PATCHWRIGHT_DATABASE', 'no-tag'],
  ['PATCHWRIGHT_TYPO', 'x'],
])('refuses %s=%s by its name', (name, value) => {
  expect(faultsOf({ ...values, [name]: value })).toContain(name);
});

it('asks for the address of a remote builder', () => {
  expect(faultsOf({ ...values, PATCHWRIGHT_BUILDER: 'remote' })).toContain('BUILDKIT_ADDRESS');
});

it('asks for all three addresses of a storage account that is reached by identity', () => {
  const { AzureWebJobsStorage: _, ...rest } = values;
  const message = faultsOf({
    ...rest,
    AzureWebJobsStorage__blobServiceUri: 'https://a.blob.core.windows.net',
  });

  expect(message).toContain('AzureWebJobsStorage__queueServiceUri');
});
