import { expect, it } from 'vitest';
import { readSettings } from '../../lib/settings.ts';
import { SAMPLE_VALUES } from './settings/faults-of.ts';

it('reads the sample unchanged', () => {
  const settings = readSettings(SAMPLE_VALUES);

  expect(settings).toMatchObject({
    registry: 'myregistry.azurecr.io',
    storage: { kind: 'connection-string' },
    pipeline: { dryRun: true, builder: { kind: 'none' }, pollSeconds: 15 },
  });
});

it('runs build steps in Standard groups by default', () => {
  const { PATCHWRIGHT_BUILDER: _, ...others } = SAMPLE_VALUES;

  expect(readSettings(others).pipeline.builder).toEqual({ kind: 'standard' });
});

it('treats an empty value as absent', () => {
  const settings = readSettings({ ...SAMPLE_VALUES, PATCHWRIGHT_POLL_SECONDS: '' });

  expect(settings.pipeline.pollSeconds).toBe(15);
});

it('reads the three addresses of a storage account that is reached by identity', () => {
  const { AzureWebJobsStorage: _, ...others } = SAMPLE_VALUES;
  const at = (service: string) => `https://a.${service}.core.windows.net`;

  const settings = readSettings({
    ...others,
    AzureWebJobsStorage__blobServiceUri: at('blob'),
    AzureWebJobsStorage__queueServiceUri: at('queue'),
    AzureWebJobsStorage__tableServiceUri: at('table'),
  });

  expect(settings.storage).toEqual({
    kind: 'identity',
    blob: at('blob'),
    queue: at('queue'),
    table: at('table'),
  });
});

it('prefers the app’s own client id to that of the storage connection', () => {
  const [own, other] = [
    '11111111-1111-4111-8111-111111111111',
    '22222222-2222-4222-8222-222222222222',
  ];
  const both = { AZURE_CLIENT_ID: own, AzureWebJobsStorage__clientId: other };

  expect(readSettings({ ...SAMPLE_VALUES, ...both }).clientId).toBe(own);
  expect(readSettings({ ...SAMPLE_VALUES, AzureWebJobsStorage__clientId: other }).clientId).toBe(
    other,
  );
});

it.each([
  [undefined, undefined],
  ['', undefined],
  ['90', 90],
  ['3650', 3650],
])('reads a retention of %s days as %s', (days, expected) => {
  const values = { ...SAMPLE_VALUES, PATCHWRIGHT_RETENTION_DAYS: days };

  expect(readSettings(values).pipeline.retentionDays).toBe(expected);
});
