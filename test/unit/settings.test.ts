import { beforeAll, describe, expect, it } from 'vitest';
import host from '../../host.json' with { type: 'json' };
import { FUNCTION_TIMEOUT_SECONDS, SettingsError } from '../../lib/settings/settings-faults.ts';
import { SETTINGS_VERSION } from '../../lib/settings/settings-version.ts';
import { readSettings } from '../../lib/settings.ts';
import sample from '../../local.settings.sample.json' with { type: 'json' };
import { createAuthority } from '../world/tls/certificates.ts';

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

it('accepts the sample', () => {
  const settings = readSettings(values);

  expect(settings).toMatchObject({
    registry: 'myregistry.azurecr.io',
    storage: { kind: 'connection-string' },
    pipeline: { dryRun: true, builder: { kind: 'none' }, pollSeconds: 15 },
  });
});

it('uses the builder in Standard groups by default', () => {
  const { PATCHWRIGHT_BUILDER: _, ...others } = values;

  expect(readSettings(others).pipeline.builder).toEqual({ kind: 'standard' });
});

it('reports every missing setting in one message', () => {
  const message = faultsOf({});

  const optional = ['PATCHWRIGHT_DRY_RUN', 'PATCHWRIGHT_BUILDER'];
  for (const name of Object.keys(values).filter(
    (key) => !optional.includes(key) && key.startsWith('PATCHWRIGHT_'),
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
])('refuses %s=%s with the name of the setting', (name, value) => {
  expect(faultsOf({ ...values, [name]: value })).toContain(name);
});

describe('the version of the settings', () => {
  const ofVersion = (version: string, more: Readonly<Record<string, string>> = {}) => ({
    ...values,
    PATCHWRIGHT_SETTINGS_VERSION: version,
    ...more,
  });
  const NEWER = String(SETTINGS_VERSION + 1);

  it('equals that of the code in the sample, with no unknown name', () => {
    expect(readSettings(values)).toMatchObject({ version: SETTINGS_VERSION, unknown: [] });
  });

  it('may be newer than the code, and then unknown names are returned, not refused', () => {
    const settings = readSettings(
      ofVersion(NEWER, { PATCHWRIGHT_TO_COME: 'x', PATCHWRIGHT_LATER: 'y', FOREIGN: 'z' }),
    );

    expect(settings.version).toBe(SETTINGS_VERSION + 1);
    expect(settings.unknown).toEqual(['PATCHWRIGHT_TO_COME', 'PATCHWRIGHT_LATER']);
  });

  it('may be newer than the code, but all known settings are still checked', () => {
    const message = faultsOf(
      ofVersion(NEWER, {
        PATCHWRIGHT_TO_COME: 'x',
        PATCHWRIGHT_REGISTRY: '',
        PATCHWRIGHT_DRY_RUN: '?',
      }),
    );

    expect(message).toContain('settings have 2 fault(s)');
    expect(message).toContain('PATCHWRIGHT_REGISTRY is missing');
    expect(message).toContain('PATCHWRIGHT_DRY_RUN');
  });

  it('must not be older than the code, and the message names the deployment beside other faults', () => {
    const message = faultsOf(ofVersion(String(SETTINGS_VERSION - 1), { PATCHWRIGHT_GONE: 'x' }));

    expect(message).toContain('settings have 2 fault(s)');
    expect(message).toContain(
      `PATCHWRIGHT_SETTINGS_VERSION: is ${SETTINGS_VERSION - 1}: this code needs version ${SETTINGS_VERSION} of the settings: deploy infra/main.bicep of this version`,
    );
    expect(message).toContain('PATCHWRIGHT_GONE is not a setting');
  });

  it('must not be missing, as it is in older deployments', () => {
    const message = faultsOf(ofVersion(''));

    expect(message).toContain('settings have 1 fault(s)');
    expect(message).toContain(`is missing: this code needs version ${SETTINGS_VERSION}`);
    expect(message).toContain('deploy infra/main.bicep of this version');
  });

  it.each(['one', '1.0', '-1', '10000'])(
    'is refused if it is not a whole number: %j',
    (version) => {
      const message = faultsOf(ofVersion(version, { PATCHWRIGHT_TYPO: 'x' }));

      expect(message).toContain('PATCHWRIGHT_SETTINGS_VERSION: must be a whole number');
      expect(message).toContain('PATCHWRIGHT_TYPO is not a setting');
    },
  );
});

describe('a remote builder', () => {
  let tls: { readonly ca: string; readonly cert: string; readonly key: string };
  beforeAll(async () => {
    const authority = await createAuthority();
    const { certPem, keyPem } = await authority.issue(['patchwright']);
    tls = { ca: authority.caPem, cert: certPem, key: keyPem };
  });

  const remote = (changes: Readonly<Record<string, string>> = {}) => ({
    ...values,
    PATCHWRIGHT_BUILDER: 'remote',
    BUILDKIT_ADDRESS: 'tcp://buildkit.internal:1234',
    PATCHWRIGHT_BUILDKIT_CA: tls.ca,
    PATCHWRIGHT_BUILDKIT_CERT: tls.cert,
    PATCHWRIGHT_BUILDKIT_KEY: tls.key,
    ...changes,
  });

  it('is read with its address and the files for mutual TLS', () => {
    const { builder } = readSettings(remote()).pipeline;

    expect(builder).toMatchObject({ kind: 'remote', address: 'tcp://buildkit.internal:1234' });
    expect(builder.kind === 'remote' && builder.tls.key.trim()).toBe(tls.key.trim());
  });

  it('may have its PEM on one line', () => {
    const oneLine = tls.key.trim().replaceAll('\n', String.raw`\n`);

    const { builder } = readSettings(remote({ PATCHWRIGHT_BUILDKIT_KEY: oneLine })).pipeline;

    expect(builder.kind === 'remote' && builder.tls.key.trim()).toBe(tls.key.trim());
  });

  it('requires its address, certificate, key and authority', () => {
    const message = faultsOf({ ...values, PATCHWRIGHT_BUILDER: 'remote' });

    for (const name of ['BUILDKIT_ADDRESS', ...['CA', 'CERT', 'KEY'].map(ofBuildkit)]) {
      expect(message).toContain(`${name} is missing: PATCHWRIGHT_BUILDER is remote`);
    }
  });

  it.each(['CA', 'CERT', 'KEY'])('refuses a %s that is not PEM without quoting it', (which) => {
    const text = '-----BEGIN CERTIFICATE-----\ntopsecret\n-----END CERTIFICATE-----';

    const message = faultsOf(remote({ [ofBuildkit(which)]: text }));

    expect(message).toContain(`${ofBuildkit(which)}: must be a`);
    expect(message).not.toContain('topsecret');
  });

  it('may refer to a Key Vault only if references are allowed', () => {
    const reference = '@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/x)';
    const references = Object.fromEntries(
      ['CA', 'CERT', 'KEY'].map((which) => [ofBuildkit(which), reference]),
    );

    const settings = readSettings(remote(references), { openReferences: true });

    expect(settings.pipeline.builder.kind).toBe('remote');
    expect(faultsOf(remote(references))).toContain('PATCHWRIGHT_BUILDKIT_KEY: must be a private');
  });

  it('refuses a key that does not match the certificate', async () => {
    const other = await (await createAuthority()).issue(['patchwright']);

    const message = faultsOf(remote({ PATCHWRIGHT_BUILDKIT_KEY: other.keyPem }));

    expect(message).toContain('PATCHWRIGHT_BUILDKIT_KEY is not the key of');
  });
});

const ofBuildkit = (which: string) => `PATCHWRIGHT_BUILDKIT_${which}`;

it('requires all three addresses of a storage account that is reached by identity', () => {
  const { AzureWebJobsStorage: _, ...rest } = values;
  const message = faultsOf({
    ...rest,
    AzureWebJobsStorage__blobServiceUri: 'https://a.blob.core.windows.net',
  });

  expect(message).toContain('AzureWebJobsStorage__queueServiceUri');
});

it('refuses a database with more than a repository and a tag', () => {
  const message = faultsOf({ ...values, PATCHWRIGHT_DATABASE: 'patchwright/trivy-db:2:latest' });

  expect(message).toContain('PATCHWRIGHT_DATABASE: must be repository:tag');
});

it('reports a missing file of authorities beside all other faults', () => {
  const message = faultsOf({
    ...values,
    PATCHWRIGHT_EXTRA_CA_FILE: '/nowhere/ca.pem',
    PATCHWRIGHT_LOCATION: 'West Europe',
  });

  expect(message).toContain("PATCHWRIGHT_EXTRA_CA_FILE: /nowhere/ca.pem can't be read (ENOENT)");
  expect(message).toContain('PATCHWRIGHT_LOCATION');
});

describe('a lease', () => {
  it('must be longer than the function timeout', () => {
    const [hours, minutes, seconds] = host.functionTimeout.split(':').map(Number);

    expect((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)).toBe(
      FUNCTION_TIMEOUT_SECONDS,
    );
    expect(faultsOf({ ...values, PATCHWRIGHT_LEASE_SECONDS: '629' })).toContain(
      'LEASE_SECONDS: must be',
    );
    expect(faultsOf({ ...values, PATCHWRIGHT_LEASE_SECONDS: '630' })).toBe('');
  });

  it('may be short with a local registry', () => {
    const local = { ...values, PATCHWRIGHT_REGISTRY: 'localhost:4001' };

    expect(faultsOf({ ...local, PATCHWRIGHT_LEASE_SECONDS: '5' })).toBe('');
  });
});

describe('a schedule', () => {
  const names = ['PATCHWRIGHT_SCHEDULE', 'PATCHWRIGHT_REAP_SCHEDULE'];

  it.each(names)('is refused with its name if it is invalid: %s', (name) => {
    const message = faultsOf({ ...values, [name]: '0 0 2 L * *' });

    expect(message).toContain(`${name}: the field for the day is invalid`);
  });

  it.each(names)('is refused if it is empty, as in the host: %s', (name) => {
    expect(faultsOf({ ...values, [name]: '' })).toContain(`- ${name} is missing`);
    expect(faultsOf({ ...values, [name]: ' ' })).toContain(
      `- ${name}: must have five or six fields, but has 0`,
    );
  });

  it.each(names)('is refused if it never comes: %s', (name) => {
    const message = faultsOf({ ...values, [name]: '0 0 0 31 2 *' });

    expect(message).toContain(`${name}: has no occurrence within 10 years`);
  });

  it('is refused only if its next occurrence is more than ten years away', () => {
    const given = { ...values, PATCHWRIGHT_SCHEDULE: '0 0 0 29 2 Mon' };

    expect(() => readSettings(given, { now: new Date('2033-03-01T00:00:00Z') })).toThrow(
      'no occurrence',
    );
    expect(readSettings(given, { now: new Date('2034-03-01T00:00:00Z') })).toMatchObject({
      schedule: { days: [29], months: [2], weekdays: [1] },
    });
  });
});
