import type { Parameters } from '../bicep/parameter-sets.ts';

/** A parameter that has no effect with the others. */
interface UnusedParameter {
  readonly parameters: Parameters;
  /** The condition of main.bicep that finds it. */
  readonly condition: string;
  /** The expected message, without what to do. */
  readonly says: string;
}

const REMOTE = {
  builder: 'remote',
  buildkitAddress: 'tcp://10.1.2.4:1234',
  buildkitVaultUri: 'https://vault.example',
};

export const UNUSED: readonly UnusedParameter[] = [
  {
    parameters: { builder: 'standard', buildkitAddress: 'tcp://10.1.2.4:1234' },
    condition: "builder != 'remote' && !empty(buildkitAddress)",
    says: 'buildkitAddress (BUILDKIT_ADDRESS) has no effect without builder remote',
  },
  {
    parameters: { buildkitVaultUri: 'https://vault.example' },
    condition: "builder != 'remote' && !empty(buildkitVaultUri)",
    says: 'buildkitVaultUri (BUILDKIT_VAULT_URI) has no effect without builder remote',
  },
  {
    parameters: { privateNetworking: true, buildkitAddressPrefix: '10.1.2.4' },
    condition: "builder != 'remote' && !empty(buildkitAddressPrefix)",
    says: 'buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) has no effect without builder remote',
  },
  {
    parameters: { ...REMOTE, buildkitAddressPrefix: '10.1.2.4' },
    condition: '!privateNetworking && !empty(buildkitAddressPrefix)',
    says: 'buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) has no effect without privateNetworking',
  },
  {
    parameters: { networkAddressPrefix: '10.91.0.0/24' },
    condition: "!privateNetworking && networkAddressPrefix != '10.90.0.0/24'",
    says: 'networkAddressPrefix has no effect without privateNetworking',
  },
  {
    parameters: { patchedRepositories: ['team/api'] },
    condition:
      "registryPermissionMode != 'AbacRepositoryPermissions' && !empty(patchedRepositories)",
    says: 'patchedRepositories has no effect without registryPermissionMode AbacRepositoryPermissions',
  },
  {
    parameters: { mirror: 'import', dockerHubCredentialSetId: '/subscriptions/1/hub' },
    condition: "mirror != 'cacheRules' && !empty(dockerHubCredentialSetId)",
    says: 'dockerHubCredentialSetId has no effect without mirror cacheRules',
  },
  {
    parameters: { entraClientId: '44444444-4444-4444-8444-444444444444' },
    condition: "signIn != 'entra' && !empty(entraClientId)",
    says: 'entraClientId (PATCHWRIGHT_ENTRA_CLIENT_ID) has no effect without signIn entra',
  },
  {
    parameters: { webhookEvents: 'failed' },
    condition: "empty(webhookVaultUri) && webhookEvents != 'all'",
    says: 'webhookEvents has no effect without webhookVaultUri',
  },
  {
    parameters: { webhookPrivate: true },
    condition: 'empty(webhookVaultUri) && webhookPrivate',
    says: 'webhookPrivate has no effect without webhookVaultUri',
  },
  {
    parameters: { alerts: false, alertFrom: { failed: 5 } },
    condition: '!alerts && !empty(alertFrom)',
    says: 'alertFrom has no effect without alerts',
  },
  {
    parameters: { alerts: false, maxHoursWithoutRun: 40 },
    condition: '!alerts && !contains([0, 26], maxHoursWithoutRun)',
    says: 'maxHoursWithoutRun has no effect without alerts',
  },
  {
    parameters: { alerts: false, alertEmail: 'team@example.com' },
    condition: '!alerts && monthlyBudget == 0 && !empty(alertEmail)',
    says: 'alertEmail (PATCHWRIGHT_ALERT_EMAIL) has no effect without alerts or monthlyBudget',
  },
  {
    parameters: { alerts: false, actionGroupId: '/subscriptions/1/on-call' },
    condition: '!alerts && monthlyBudget == 0 && !empty(actionGroupId)',
    says: 'actionGroupId has no effect without alerts or monthlyBudget',
  },
  {
    parameters: { budgetStart: '2026-11-01' },
    condition: 'monthlyBudget == 0 && !empty(budgetStart)',
    says: 'budgetStart (PATCHWRIGHT_BUDGET_START) has no effect without monthlyBudget',
  },
];
