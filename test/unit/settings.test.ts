import { beforeAll, describe, expect, it } from 'vitest';
import { readSettings, SettingsError } from '../../lib/settings.ts';
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

  it('is read with what mutual TLS needs', () => {
    const { builder } = readSettings(remote()).pipeline;

    expect(builder).toMatchObject({ kind: 'remote', address: 'tcp://buildkit.internal:1234' });
    expect(builder.kind === 'remote' && builder.tls.key.trim()).toBe(tls.key.trim());
  });

  it('may have its PEM in one line', () => {
    const oneLine = tls.key.trim().replaceAll('\n', String.raw`\n`);

    const { builder } = readSettings(remote({ PATCHWRIGHT_BUILDKIT_KEY: oneLine })).pipeline;

    expect(builder.kind === 'remote' && builder.tls.key.trim()).toBe(tls.key.trim());
  });

  it('needs its address and all three of certificate, key and authority', () => {
    const message = faultsOf({ ...values, PATCHWRIGHT_BUILDER: 'remote' });

    for (const name of ['BUILDKIT_ADDRESS', ...['CA', 'CERT', 'KEY'].map(ofBuildkit)]) {
      expect(message).toContain(`${name} is missing: PATCHWRIGHT_BUILDER is remote`);
    }
  });

  it.each(['CA', 'CERT', 'KEY'])('names a %s that is no PEM, and quotes nothing of it', (which) => {
    const text = '-----BEGIN CERTIFICATE-----\ntopsecret\n-----END CERTIFICATE-----';

    const message = faultsOf(remote({ [ofBuildkit(which)]: text }));

    expect(message).toContain(`${ofBuildkit(which)}: must be a`);
    expect(message).not.toContain('topsecret');
  });

  it('refuses a key that is not the certificate’s', async () => {
    const other = await (await createAuthority()).issue(['patchwright']);

    const message = faultsOf(remote({ PATCHWRIGHT_BUILDKIT_KEY: other.keyPem }));

    expect(message).toContain('PATCHWRIGHT_BUILDKIT_KEY is not the key of');
  });
});

const ofBuildkit = (which: string) => `PATCHWRIGHT_BUILDKIT_${which}`;

it('asks for all three addresses of a storage account that is reached by identity', () => {
  const { AzureWebJobsStorage: _, ...rest } = values;
  const message = faultsOf({
    ...rest,
    AzureWebJobsStorage__blobServiceUri: 'https://a.blob.core.windows.net',
  });

  expect(message).toContain('AzureWebJobsStorage__queueServiceUri');
});
