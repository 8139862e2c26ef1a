import { SETTING_NAMES } from '../../../lib/settings/environment.ts';
import { SETTINGS_VERSION, VERSION_SETTING } from '../../../lib/settings/settings-version.ts';
import { readSettings } from '../../../lib/settings.ts';
import { type Deployment, lastName, ofType, textAt, valueAt } from '../bicep/deployment.ts';
import { REGISTRY_HOST } from '../bicep/parameter-sets.ts';
import type { Fault } from '../infrastructure.ts';

/** Settings of the code that must not be set in Azure, with the reason. */
const NOT_IN_AZURE: Readonly<Record<string, string>> = {
  AzureWebJobsStorage: 'a connection string, and the identity needs none',
  PATCHWRIGHT_ARM_ENDPOINT: 'for a local Azure',
  PATCHWRIGHT_EXTRA_CA_FILE: 'for a local Azure',
  PATCHWRIGHT_POLL_SECONDS: 'its default is right',
  PATCHWRIGHT_TICK_SECONDS: 'its default is right',
  PATCHWRIGHT_LEASE_SECONDS: 'its default is right, and a shorter one is unsafe',
};

/** Settings that only the Functions host reads. */
const OF_THE_HOST = [
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
];

/** Settings that are set with some parameters only. */
const OPTIONAL: readonly (readonly [RegExp, (parameters: Deployment['parameters']) => boolean])[] =
  [
    [/^PATCHWRIGHT_POLICY$/, ({ policy }) => policy !== undefined],
    [/^(?:BUILDKIT_ADDRESS|PATCHWRIGHT_BUILDKIT_\w+)$/, ({ builder }) => builder === 'remote'],
    [/^PATCHWRIGHT_WEBHOOK_\w+$/, ({ webhookVaultUri }) => webhookVaultUri !== undefined],
    [/^PATCHWRIGHT_PRICE_\w+$/, ({ priceVcpuHour }) => priceVcpuHour !== undefined],
    [/^PATCHWRIGHT_RETENTION_DAYS$/, ({ retentionDays }) => retentionDays !== undefined],
    [/^PATCHWRIGHT_SUBNET_ID$/, ({ privateNetworking }) => privateNetworking === true],
  ];

/** Checks a deployment's app settings: the code must know each name and start with each value. */
export function appSettingFaults(deployment: Deployment): readonly Fault[] {
  const settings = appSettings(deployment);
  const names = Object.keys(settings);
  const expected = expectedNames(deployment);
  return [
    ...expected.filter((name) => !names.includes(name)).map((name) => `${name} is not set`),
    ...names
      .filter((name) => !expected.includes(name))
      .map((name) => `${name} is set, and must not be: ${NOT_IN_AZURE[name] ?? 'unknown'}`),
    ...versionFaults(settings),
    ...loaderFaults(settings),
  ];
}

/** Returns the app settings by name, with examples for the values that only Azure knows. */
export function appSettings(deployment: Deployment): Readonly<Record<string, string>> {
  const config = ofType(deployment, 'Microsoft.Web/sites/config').find(
    (one) => lastName(one) === 'appsettings',
  );
  const properties = valueAt(config, 'properties');
  return Object.fromEntries(
    Object.keys(properties ?? {}).map((name) => [name, inAzure(textAt(properties, name))]),
  );
}

function expectedNames({ parameters }: Deployment): readonly string[] {
  const ours = SETTING_NAMES.filter((name) => !(name in NOT_IN_AZURE));
  const set = ours.filter((name) => {
    const [, when] = OPTIONAL.find(([names]) => names.test(name)) ?? [];
    return when?.(parameters) ?? true;
  });
  return [...set, ...OF_THE_HOST];
}

/** Replaces an expression by a value that Azure might fill in. */
function inAzure(value: string): string {
  if (!value.startsWith('[')) return value;
  if (value.includes('.loginServer')) return REGISTRY_HOST;
  if (/\.clientId\]$/.test(value)) return '33333333-3333-4333-8333-333333333333';
  const [, service] = /primaryEndpoints\.(\w+)\]$/.exec(value) ?? [];
  return service === undefined ? value : `https://account.${service}.core.windows.net/`;
}

/** Checks that Bicep and code have the same settings version. */
function versionFaults({ [VERSION_SETTING]: set }: Readonly<Record<string, string>>): Fault[] {
  return set === String(SETTINGS_VERSION)
    ? []
    : [`${VERSION_SETTING} is ${set ?? 'not set'}, and the code reads ${SETTINGS_VERSION}`];
}

/** Starts the settings parser of the app with the deployed settings. */
function loaderFaults(settings: Readonly<Record<string, string>>): Fault[] {
  try {
    readSettings(settings, { openReferences: true });
    return [];
  } catch (error) {
    return [`the app does not start: ${error instanceof Error ? error.message : String(error)}`];
  }
}
