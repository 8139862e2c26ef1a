import { expect, it } from 'vitest';
import { identityCheck } from '../../../lib/doctor/identity-check.ts';
import { CheckSetup } from './check-setup.ts';

const BY_IDENTITY = {
  AzureWebJobsStorage: '',
  ...Object.fromEntries(
    ['blob', 'queue', 'table'].map((service) => [
      `AzureWebJobsStorage__${service}ServiceUri`,
      `https://a.${service}.core.windows.net`,
    ]),
  ),
};

it.each([
  ['a connection string', {}, ['containerregistry.azure.net', 'management.azure.com']],
  [
    'an identity',
    BY_IDENTITY,
    ['containerregistry.azure.net', 'management.azure.com', 'storage.azure.com'],
  ],
])('requests the tokens that the app needs with %s', async (_, settings, hosts) => {
  const setup = new CheckSetup({ settings });
  const asked: string[] = [];
  setup.identify = async (scope) => void asked.push(scope);

  expect(await setup.run(identityCheck)).toEqual({
    status: 'pass',
    detail: `the identity got tokens for ${hosts.join(', ')}`,
  });
  expect(asked).toEqual(hosts.map((host) => `https://${host}/.default`));
});

it('fails at the first refused token without quoting the error', async () => {
  const setup = new CheckSetup();
  setup.identify = async (scope) => {
    if (scope.includes('management')) throw new TypeError('secret response');
  };

  const outcome = await setup.run(identityCheck);

  expect(outcome).toMatchObject({
    status: 'fail',
    detail: 'no token for https://management.azure.com/.default (TypeError)',
    whatToDo: expect.stringContaining('AZURE_CLIENT_ID'),
  });
  expect(JSON.stringify(outcome)).not.toContain('secret');
});
