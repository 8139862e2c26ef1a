import { SETTING_NAMES } from '../../../lib/settings/environment.ts';
import { SETTINGS_VERSION, VERSION_SETTING } from '../../../lib/settings/settings-version.ts';
import { readSettings } from '../../../lib/settings.ts';
import { type Deployment, ofType, textAt, valueAt } from '../bicep/deployment.ts';
import { REGISTRY_HOST } from '../bicep/parameter-sets.ts';
import type { Fault } from '../infrastructure.ts';

/** Settings of the code that Azure is not to have, and why. */
const NOT_IN_AZURE: Readonly<Record<string, string>> = {
  AzureWebJobsStorage: 'a connection string: the identity needs none',
  PATCHWRIGHT_ARM_ENDPOINT: 'for a local Azure',
  PATCHWRIGHT_EXTRA_CA_FILE: 'for a local Azure',
  PATCHWRIGHT_POLL_SECONDS: 'its default is right',
  PATCHWRIGHT_TICK_SECONDS: 'its default is right',
  PATCHWRIGHT_LEASE_SECONDS: 'its default is right, and shorter ones are unsafe',
};

/** What the host takes for itself, beyond what the code reads. */
const OF_THE_HOST = [
  'APPLICATIONINSIGHTS_CONNECTION_STRING',
  'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
];

/** What is set with some parameters only. */
const OPTIONAL: readonly (readonly [RegExp, (parameters: Deployment['parameters']) => boolean])[] =
  [
    [/^PATCHWRIGHT_POLICY$/, ({ policy }) => policy !== undefined],
    [/^(?:BUILDKIT_ADDRESS|PATCHWRIGHT_BUILDKIT_\w+)$/, ({ builder }) => builder === 'remote'],
    [/^PATCHWRIGHT_SUBNET_ID$/, ({ privateNetworking }) => privateNetworking === true],
  ];

/** The app settings of a deployment: the code's names, and values that the code starts with. */
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

/** The app settings by name, with what Azure alone knows filled in. */
export function appSettings(deployment: Deployment): Readonly<Record<string, string>> {
  const [config] = ofType(deployment, 'Microsoft.Web/sites/config');
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

/** An expression of what Azure alone knows, as Azure might fill it in. */
function inAzure(value: string): string {
  if (!value.startsWith('[')) return value;
  if (value.includes('.loginServer')) return REGISTRY_HOST;
  if (/\.clientId\]$/.test(value)) return '33333333-3333-4333-8333-333333333333';
  const [, service] = /primaryEndpoints\.(\w+)\]$/.exec(value) ?? [];
  return service === undefined ? value : `https://account.${service}.core.windows.net/`;
}

/** The Bicep of a version deploys the settings that its own code reads. */
function versionFaults({ [VERSION_SETTING]: set }: Readonly<Record<string, string>>): Fault[] {
  return set === String(SETTINGS_VERSION)
    ? []
    : [`${VERSION_SETTING} is ${set ?? 'not set'}, and the code reads ${SETTINGS_VERSION}`];
}

/** What the app itself says of its settings when it starts. */
function loaderFaults(settings: Readonly<Record<string, string>>): Fault[] {
  try {
    readSettings(settings, { openReferences: true });
    return [];
  } catch (error) {
    return [`the app does not start: ${error instanceof Error ? error.message : String(error)}`];
  }
}
