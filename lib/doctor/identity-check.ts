import { failureName } from '../http/connection-failure.ts';
import type { Check } from './check.ts';
import { fail, pass } from './outcome.ts';

const REGISTRY = 'https://containerregistry.azure.net/.default';
const ARM = 'https://management.azure.com/.default';
const STORAGE = 'https://storage.azure.com/.default';

export const identityCheck: Check = {
  id: 'identity',
  title: 'The identity gets tokens for the registry, ARM and storage',
  needs: ['settings'],
  async run({ identify, settings }) {
    const scopes = [REGISTRY, ARM, ...(settings.storage.kind === 'identity' ? [STORAGE] : [])];
    for (const scope of scopes) {
      try {
        await identify(scope);
      } catch (error) {
        return fail(
          // The SDK's error text quotes the endpoint's response, so only its name is shown.
          `no token for ${scope} (${failureName(error)})`,
          'In Azure: assign to the app the user-assigned identity whose client id is AZURE_CLIENT_ID. Elsewhere: sign in with "az login".',
        );
      }
    }
    return pass(
      `the identity got tokens for ${scopes.map((scope) => new URL(scope).host).join(', ')}`,
    );
  },
};
