import { describe, expect, it } from 'vitest';
import { readSettings } from '../../../lib/settings.ts';
import { EventName } from '../../../lib/webhook/event-names.ts';
import { faultsOf, SAMPLE_VALUES } from './faults-of.ts';

const ONE = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const TWO = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const AZURE = { ...SAMPLE_VALUES, PATCHWRIGHT_REGISTRY: 'example.azurecr.io' };
const WEBHOOK = {
  ...AZURE,
  PATCHWRIGHT_WEBHOOK_URL: 'https://hooks.example/path?sig=hidden',
  PATCHWRIGHT_WEBHOOK_SECRETS: ONE,
};

describe('the settings of a webhook', () => {
  it('are optional', () => {
    expect(readSettings(AZURE).webhook).toBeUndefined();
  });

  it('choose every event by default', () => {
    const { webhook } = readSettings(WEBHOOK);

    expect(webhook).toMatchObject({ reach: 'public', events: new Set(EventName.options) });
    expect(webhook?.keys).toHaveLength(1);
  });

  it('may have several secrets and some events', () => {
    const { webhook } = readSettings({
      ...WEBHOOK,
      PATCHWRIGHT_WEBHOOK_SECRETS: ` ${ONE} ${TWO}\n`,
      PATCHWRIGHT_WEBHOOK_EVENTS: 'failed, rejected',
      PATCHWRIGHT_WEBHOOK_PRIVATE: 'true',
    });

    expect(webhook?.keys).toHaveLength(2);
    expect(webhook).toMatchObject({ reach: 'private', events: new Set(['failed', 'rejected']) });
  });

  it('count as present if they are references to a Key Vault that only the app resolves', () => {
    const reference = '@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/x)';
    const settings = {
      ...WEBHOOK,
      PATCHWRIGHT_WEBHOOK_URL: reference,
      PATCHWRIGHT_WEBHOOK_SECRETS: reference,
    };

    expect(readSettings(settings, { openReferences: true }).webhook).toBeUndefined();
  });
});

describe('a fault', () => {
  it.each([
    ['http://hooks.example/', 'must begin with https://'],
    ['https://user:hidden@hooks.example/', 'must not contain a user or a password'],
    ['https://hooks.example/#hidden', 'must not contain a fragment (#)'],
    ['hidden', 'must be an address such as https://…'],
    ['https://169.254.169.254/', 'its host is a link-local, metadata or reserved address'],
    ['https://[::ffff:10.0.0.1]/', 'its host is a private address'],
    ['https://127.0.0.1/', 'its host is a loopback address'],
    ['https://0x7f000001/', 'its host is a loopback address'],
  ])('of the address %s is named, and the address is not', (url, fault) => {
    const message = faultsOf({ ...WEBHOOK, PATCHWRIGHT_WEBHOOK_URL: url });

    expect(message).toContain(`PATCHWRIGHT_WEBHOOK_URL: ${fault}`);
    expect(message).not.toContain('hidden');
  });

  it.each(['', 'whsec_short', ONE.slice(6), `${ONE} hidden`])(
    'of the secrets is named without them',
    (secrets) => {
      const message = faultsOf({ ...WEBHOOK, PATCHWRIGHT_WEBHOOK_SECRETS: secrets });

      expect(message).toMatch(/PATCHWRIGHT_WEBHOOK_SECRETS(: must be 1 to 5 secrets| is missing)/);
      expect(message).not.toMatch(/hidden|whsec_[^ ]/);
    },
  );

  it('is an address without secrets, or secrets without an address', () => {
    const { PATCHWRIGHT_WEBHOOK_URL: _1, ...noUrl } = WEBHOOK;
    const { PATCHWRIGHT_WEBHOOK_SECRETS: _2, ...noSecrets } = WEBHOOK;

    expect(faultsOf(noUrl)).toContain('PATCHWRIGHT_WEBHOOK_URL is missing');
    expect(faultsOf(noSecrets)).toContain('PATCHWRIGHT_WEBHOOK_SECRETS is missing');
  });

  it('is an unknown event', () => {
    const message = faultsOf({ ...WEBHOOK, PATCHWRIGHT_WEBHOOK_EVENTS: 'failed,fixed' });

    expect(message).toContain('PATCHWRIGHT_WEBHOOK_EVENTS: has no event "fixed"');
  });
});
