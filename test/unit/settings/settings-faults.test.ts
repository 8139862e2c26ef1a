import { beforeAll, describe, expect, it } from 'vitest';
import host from '../../../host.json' with { type: 'json' };
import { FUNCTION_TIMEOUT_SECONDS } from '../../../lib/settings/settings-faults.ts';
import { readSettings } from '../../../lib/settings.ts';
import { createAuthority } from '../../world/tls/certificates.ts';
import { faultsOf, SAMPLE_VALUES } from './faults-of.ts';

const ofBuildkit = (which: string) => `PATCHWRIGHT_BUILDKIT_${which}`;

it('reports every missing setting in one message', () => {
  const message = faultsOf({});

  const optional = ['PATCHWRIGHT_DRY_RUN', 'PATCHWRIGHT_BUILDER'];
  for (const name of Object.keys(SAMPLE_VALUES).filter(
    (key) => !optional.includes(key) && key.startsWith('PATCHWRIGHT_'),
  )) {
    expect(message).toContain(`${name} is missing`);
  }
});

it('requires all three addresses of a storage account that is reached by identity', () => {
  const { AzureWebJobsStorage: _, ...rest } = SAMPLE_VALUES;
  const message = faultsOf({
    ...rest,
    AzureWebJobsStorage__blobServiceUri: 'https://a.blob.core.windows.net',
  });

  expect(message).toContain('AzureWebJobsStorage__queueServiceUri');
});

describe('a remote builder', () => {
  let tls: { readonly ca: string; readonly cert: string; readonly key: string };
  beforeAll(async () => {
    const authority = await createAuthority();
    const { certPem, keyPem } = await authority.issue(['patchwright']);
    tls = { ca: authority.caPem, cert: certPem, key: keyPem };
  });

  const remote = (changes: Readonly<Record<string, string>> = {}) => ({
    ...SAMPLE_VALUES,
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
    const message = faultsOf({ ...SAMPLE_VALUES, PATCHWRIGHT_BUILDER: 'remote' });

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

describe('a lease', () => {
  it('must be longer than the function timeout', () => {
    const [hours, minutes, seconds] = host.functionTimeout.split(':').map(Number);

    expect((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)).toBe(
      FUNCTION_TIMEOUT_SECONDS,
    );
    expect(faultsOf({ ...SAMPLE_VALUES, PATCHWRIGHT_LEASE_SECONDS: '629' })).toContain(
      'LEASE_SECONDS: must be',
    );
    expect(faultsOf({ ...SAMPLE_VALUES, PATCHWRIGHT_LEASE_SECONDS: '630' })).toBe('');
  });

  it('may be short with a local registry', () => {
    const local = { ...SAMPLE_VALUES, PATCHWRIGHT_REGISTRY: 'localhost:4001' };

    expect(faultsOf({ ...local, PATCHWRIGHT_LEASE_SECONDS: '5' })).toBe('');
  });
});

describe('a schedule', () => {
  const names = ['PATCHWRIGHT_SCHEDULE', 'PATCHWRIGHT_REAP_SCHEDULE'];

  it.each(names)('is refused with its name if it is invalid: %s', (name) => {
    const message = faultsOf({ ...SAMPLE_VALUES, [name]: '0 0 2 L * *' });

    expect(message).toContain(`${name}: the field for the day is invalid`);
  });

  it.each(names)('is refused if it never occurs: %s', (name) => {
    const message = faultsOf({ ...SAMPLE_VALUES, [name]: '0 0 0 31 2 *' });

    expect(message).toContain(`${name}: has no occurrence within 10 years`);
  });

  it('is refused only if its next occurrence is more than ten years away', () => {
    const given = { ...SAMPLE_VALUES, PATCHWRIGHT_SCHEDULE: '0 0 0 29 2 Mon' };

    expect(() => readSettings(given, { now: new Date('2033-03-01T00:00:00Z') })).toThrow(
      'no occurrence',
    );
    expect(readSettings(given, { now: new Date('2034-03-01T00:00:00Z') })).toMatchObject({
      schedule: { days: [29], months: [2], weekdays: [1] },
    });
  });
});
