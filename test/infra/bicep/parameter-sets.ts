import type { Place } from './bicep-compiler.ts';

/** A parameter's value as JSON. */
export type ParameterValue =
  | string
  | number
  | boolean
  | readonly ParameterValue[]
  | { readonly [name: string]: ParameterValue };
export type Parameters = Readonly<Record<string, ParameterValue>>;

export const PLACE: Place = {
  subscriptionId: '11111111-1111-4111-8111-111111111111',
  location: 'westeurope',
};
const OTHER_SUBSCRIPTION = '22222222-2222-4222-8222-222222222222';
export const REGISTRY_HOST = 'contoso.azurecr.io';

/** The parameters without a default. */
export const REQUIRED = {
  environmentName: 'prod',
  registryName: 'contoso',
  registryResourceGroup: 'rg-registry',
  scanWorkerImage: `patchwright/worker-scan@sha256:${'a'.repeat(64)}`,
  patchWorkerImage: `patchwright/worker-patch@sha256:${'b'.repeat(64)}`,
} as const satisfies Parameters;

export const ACTION_GROUP = `/subscriptions/${PLACE.subscriptionId}/resourceGroups/rg-ops/providers/Microsoft.Insights/actionGroups/on-call`;
const CREDENTIAL_SET = `/subscriptions/${PLACE.subscriptionId}/resourceGroups/rg-registry/providers/Microsoft.ContainerRegistry/registries/contoso/credentialSets/hub`;
const ABAC = { registryPermissionMode: 'AbacRepositoryPermissions' };

/** The deployments whose snapshots are kept. Together they use every option. */
export const PARAMETER_SETS = {
  plain: REQUIRED,
  abac: { ...REQUIRED, ...ABAC, builder: 'confidential', dryRun: false },
  named: {
    ...REQUIRED,
    ...ABAC,
    registrySubscriptionId: OTHER_SUBSCRIPTION,
    patchedRepositories: ['team/api', 'shop/'],
    signIn: 'entra',
    entraClientId: '44444444-4444-4444-8444-444444444444',
  },
  network: {
    ...REQUIRED,
    privateNetworking: true,
    builder: 'remote',
    buildkitAddress: 'tcp://buildkit.internal:1234',
    buildkitAddressPrefix: '10.1.2.0/28',
    buildkitVaultUri: 'https://vault.example',
  },
  quiet: {
    ...REQUIRED,
    containerGroupRole: 'builtIn',
    maxHoursWithoutRun: 0,
    alertFrom: { failed: 0, rejected: 0, failedPercent: 0, noBuilder: 0, quota: 0, runDeadline: 0 },
    mirror: 'import',
    schedule: '0 3 * * 6',
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['*'] }] },
  },
  budget: {
    ...REQUIRED,
    existingResourceGroup: true,
    existingJobsResourceGroup: true,
    alertFrom: { failed: 5, failedPercent: 25 },
    monthlyBudget: 100,
    budgetStart: '2026-11-01',
    alertEmail: 'team@example.com',
    actionGroupId: ACTION_GROUP,
    dockerHubCredentialSetId: CREDENTIAL_SET,
    webhookVaultUri: 'https://vault.example/',
    webhookEvents: 'failed,rejected',
    webhookPrivate: true,
    priceVcpuHour: '0.05',
    priceGbHour: '0.006',
    priceConfidentialFactor: '2',
    priceStorageOperations: '0.04',
    priceCurrency: 'EUR',
    retentionDays: 400,
  },
} as const satisfies Readonly<Record<string, Parameters>>;

export type SetName = keyof typeof PARAMETER_SETS;
export const SET_NAMES: readonly SetName[] = [
  'plain',
  'abac',
  'named',
  'network',
  'quiet',
  'budget',
];

/** Returns a parameter file with these values for the main.bicep in the same folder. */
export function parameterFile(parameters: Parameters): string {
  const lines = Object.entries(parameters).map(
    ([name, value]) => `param ${name} = ${bicepLiteral(value)}`,
  );
  return ["using 'main.bicep'", ...lines, ''].join('\n');
}

/** Writes a JSON value in the syntax of Bicep. */
export function bicepLiteral(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' && !Number.isInteger(value)) return `json('${value}')`;
  if (Array.isArray(value)) return `[\n${value.map(bicepLiteral).join('\n')}\n]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
    const lines = entries.map(([name, entry]) => `${quoted(name)}: ${bicepLiteral(entry)}`);
    return `{\n${lines.join('\n')}\n}`;
  }
  return String(value);
}

function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "\\'")
    .replaceAll('${', '\\${')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `'${escaped}'`;
}
