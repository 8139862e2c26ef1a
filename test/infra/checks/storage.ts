import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { at, type BicepFile, stringsOf } from '../bicep/bicep-file.ts';
import type { Fault, Infrastructure } from '../infrastructure.ts';

const ACCOUNT = 'Microsoft.Storage/storageAccounts';
/** Where the package goes: Azure's own, the code knows nothing of it. */
const DEPLOYMENTS = 'patchwright-deployments';

/** The account holds just the queues, tables and containers of the code, and takes no key. */
export function storageFaults(infra: Infrastructure): readonly Fault[] {
  const file = infra.file('modules/storage.bicep');
  const queues = Object.values(QUEUES).flatMap((name) => [name, `${name}-poison`]);
  const containers = [...Object.values(CONTAINERS), DEPLOYMENTS];
  return [
    ...nameFaults(file, `${ACCOUNT}/queueServices/queues`, queues),
    ...nameFaults(file, `${ACCOUNT}/tableServices/tables`, Object.values(TABLES)),
    ...nameFaults(file, `${ACCOUNT}/blobServices/containers`, containers),
    ...accountFaults(file),
    ...lifecycleFaults(file),
    ...deploymentFaults(infra.file('modules/app.bicep')),
  ];
}

function nameFaults(file: BicepFile, type: string, expected: readonly string[]): Fault[] {
  const resource = file.resources.find((one) => one.type === type && !one.existing);
  if (resource?.over === undefined) return [`there is no loop over ${type}`];
  const variable = file.variables.get(resource.over);
  const names = stringsOf(file, variable);
  return [
    ...expected
      .filter((name) => !names.includes(name))
      .map((name) => `${type}: ${name} is missing`),
    ...names
      .filter((name) => !expected.includes(name))
      .map((name) => `${type}: the code knows no ${name}`),
  ];
}

function accountFaults(file: BicepFile): Fault[] {
  const wanted = {
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    defaultToOAuthAuthentication: true,
    supportsHttpsTrafficOnly: true,
    minimumTlsVersion: 'TLS1_2',
  };
  const account = file.resources.find(({ type }) => type === ACCOUNT);
  return Object.entries(wanted).flatMap(([name, value]) => {
    const found = account && at(account.properties, 'properties', name);
    const right = found?.kind === 'literal' && found.value === value;
    return right ? [] : [`the storage account's ${name} is not ${value}`];
  });
}

/** What groups wrote and what was accepted ends some day. */
function lifecycleFaults(file: BicepFile): Fault[] {
  const policy = file.resources.find(({ type }) => type === `${ACCOUNT}/managementPolicies`);
  const text = (policy && at(policy.properties, 'properties', 'policy', 'rules')?.text) ?? '';
  return Object.values(CONTAINERS)
    .filter((name) => !text.includes(`'${name}/'`))
    .map((name) => `no lifecycle rule ends the blobs of ${name}`);
}

function deploymentFaults(file: BicepFile): Fault[] {
  const app = file.resources.find(({ type }) => type === 'Microsoft.Web/sites');
  const way = ['properties', 'functionAppConfig', 'deployment', 'storage', 'value'] as const;
  const text = (app && at(app.properties, ...way)?.text) ?? '';
  return text.endsWith(`}${DEPLOYMENTS}'`)
    ? []
    : [`the app's package does not go to ${DEPLOYMENTS}`];
}
