import { SETTING_NAMES } from '../../../lib/settings/environment.ts';
import { SETTINGS_VERSION, VERSION_SETTING } from '../../../lib/settings/settings-version.ts';
import {
  at,
  type BicepFile,
  resolve,
  stringOf,
  stringsOf,
  type Value,
} from '../bicep/bicep-file.ts';
import type { Fault, Infrastructure } from '../infrastructure.ts';

/** What Flex Consumption refuses or ignores at its peril. Source: azure-skills, hosting-plans. */
const FORBIDDEN: ReadonlySet<string> = new Set(
  `FUNCTIONS_WORKER_RUNTIME FUNCTIONS_EXTENSION_VERSION FUNCTIONS_WORKER_RUNTIME_VERSION
   WEBSITE_RUN_FROM_PACKAGE WEBSITE_CONTENTSHARE WEBSITE_CONTENTAZUREFILECONNECTIONSTRING
   WEBSITE_CONTENTOVERVNET WEBSITE_VNET_ROUTE_ALL WEBSITE_DNS_SERVER WEBSITE_NODE_DEFAULT_VERSION
   WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT WEBSITE_SKIP_CONTENTSHARE_VALIDATION
   WEBSITE_MOUNT_ENABLED SCM_DO_BUILD_DURING_DEPLOYMENT ENABLE_ORYX_BUILD
   FUNCTIONS_MAX_HTTP_CONCURRENCY FUNCTIONS_WORKER_PROCESS_COUNT
   FUNCTIONS_WORKER_DYNAMIC_CONCURRENCY_ENABLED WEBSITE_TIME_ZONE TZ WEBSITE_LOAD_CERTIFICATES
   linuxFxVersion healthCheckPath appSettings ftpsState use32BitWorkerProcess netFrameworkVersion
   preWarmedInstanceCount functionsRuntimeScaleMonitoringEnabled alwaysOn`.split(/\s+/),
);

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

export function appSettingFaults(infra: Infrastructure): readonly Fault[] {
  const file = infra.file('modules/app.bicep');
  const names = appSettingNames(infra);
  const expected = [...SETTING_NAMES.filter((name) => !(name in NOT_IN_AZURE)), ...OF_THE_HOST];
  return [
    ...expected.filter((name) => !names.includes(name)).map((name) => `${name} is not set`),
    ...names
      .filter((name) => !expected.includes(name))
      .map((name) => `${name} is set, and must not be: ${NOT_IN_AZURE[name] ?? 'unknown'}`),
    ...versionFaults(file),
    ...infra.files.flatMap(forbiddenFaults),
    ...flexFaults(file),
    ...nodeFaults(infra),
  ];
}

/** The Bicep of a version deploys the settings that its own code reads. */
function versionFaults(file: BicepFile): Fault[] {
  const set = stringOf(file, at(file.variables, 'settings', VERSION_SETTING));
  return set === String(SETTINGS_VERSION)
    ? []
    : [`${VERSION_SETTING} is ${set ?? 'no text'}, and the code reads ${SETTINGS_VERSION}`];
}

/** The names of all app settings, the optional ones included. */
export function appSettingNames(infra: Infrastructure): readonly string[] {
  const file = infra.file('modules/app.bicep');
  const config = file.resources.find(({ type }) => type === 'Microsoft.Web/sites/config');
  return keysOf(file, config?.properties.get('properties'));
}

function keysOf(file: BicepFile, value: Value | undefined): readonly string[] {
  const found = resolve(file, value);
  switch (found?.kind) {
    case 'object':
      return [...found.entries.keys()];
    case 'call':
      return found.arguments.flatMap((argument) => keysOf(file, argument));
    case 'choice':
      return [...keysOf(file, found.whenTrue), ...keysOf(file, found.whenFalse)];
    default:
      return [];
  }
}

function forbiddenFaults(file: BicepFile): Fault[] {
  const keys = [...file.text.matchAll(/^\s*'?(\w+)'?:/gm)].map(([, key = '']) => key);
  return keys
    .filter((key) => FORBIDDEN.has(key))
    .map((key) => `${file.path}: Flex Consumption takes no ${key}`);
}

function flexFaults(file: BicepFile): Fault[] {
  const plan = file.resources.find(({ type }) => type === 'Microsoft.Web/serverfarms');
  const app = file.resources.find(({ type }) => type === 'Microsoft.Web/sites');
  const sku = plan && stringOf(file, at(plan.properties, 'sku', 'name'));
  const way = ['properties', 'functionAppConfig'] as const;
  const runtime = app && stringOf(file, at(app.properties, ...way, 'runtime', 'name'));
  const identity = app && stringOf(file, at(app.properties, 'identity', 'type'));
  return [
    ...(sku === 'FC1' ? [] : ['the plan is not Flex Consumption (FC1)']),
    ...(runtime === 'node' ? [] : ['the runtime is not node']),
    ...(identity === 'UserAssigned' ? [] : ['the app has no user-assigned identity']),
  ];
}

/** Azure does not check the version of Node, and a wrong one breaks the app for good. */
function nodeFaults(infra: Infrastructure): Fault[] {
  return ['main.bicep', 'modules/app.bicep'].flatMap((path) => {
    const file = infra.file(path);
    const parameter = file.parameters.find(({ name }) => name === 'nodeVersion');
    const allowed = stringsOf(file, parameter?.decorators.get('allowed'));
    return allowed.join() === '22,24' ? [] : [`${path}: nodeVersion is not limited to 22 and 24`];
  });
}
