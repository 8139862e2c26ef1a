import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { type Deployment, lastName, ofType, textAt, valueAt } from '../bicep/deployment.ts';
import type { Fault } from '../infrastructure.ts';

const ACCOUNT = 'Microsoft.Storage/storageAccounts';
/** The container of the package. Azure uses it, the code does not. */
const DEPLOYMENTS = 'patchwright-deployments';

/** Checks that the account has exactly the queues, tables and containers of the code, and refuses keys. */
export function storageFaults(deployment: Deployment): readonly Fault[] {
  const queues = Object.values(QUEUES).flatMap((name) => [name, `${name}-poison`]);
  const containers = [...Object.values(CONTAINERS), DEPLOYMENTS];
  return [
    ...nameFaults(deployment, `${ACCOUNT}/queueServices/queues`, queues),
    ...nameFaults(deployment, `${ACCOUNT}/tableServices/tables`, Object.values(TABLES)),
    ...nameFaults(deployment, `${ACCOUNT}/blobServices/containers`, containers),
    ...accountFaults(deployment),
    ...lifecycleFaults(deployment),
    ...packageFaults(deployment),
  ];
}

function nameFaults(deployment: Deployment, type: string, expected: readonly string[]): Fault[] {
  const names = ofType(deployment, type).map(lastName);
  return [
    ...expected
      .filter((name) => !names.includes(name))
      .map((name) => `${type}: ${name} is missing`),
    ...names
      .filter((name) => !expected.includes(name))
      .map((name) => `${type}: the code does not use ${name}`),
  ];
}

function accountFaults(deployment: Deployment): Fault[] {
  const wanted = {
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    defaultToOAuthAuthentication: true,
    supportsHttpsTrafficOnly: true,
    minimumTlsVersion: 'TLS1_2',
    publicNetworkAccess: deployment.parameters.privateNetworking ? 'Disabled' : 'Enabled',
  };
  const [account] = ofType(deployment, ACCOUNT);
  return Object.entries(wanted).flatMap(([name, value]) =>
    valueAt(account, 'properties', name) === value
      ? []
      : [`the storage account's ${name} is not ${value}`],
  );
}

/** Checks that lifecycle rules delete the blobs of groups and of accepted results, and no archive. */
function lifecycleFaults(deployment: Deployment): Fault[] {
  const policies = JSON.stringify(ofType(deployment, `${ACCOUNT}/managementPolicies`));
  const { archive, ...others } = CONTAINERS;
  return [
    ...Object.values(others)
      .filter((name) => !policies.includes(`"${name}/"`))
      .map((name) => `no lifecycle rule deletes the blobs of ${name}`),
    ...(policies.includes(archive) ? [`a lifecycle rule deletes the blobs of ${archive}`] : []),
  ];
}

function packageFaults(deployment: Deployment): Fault[] {
  const [app] = ofType(deployment, 'Microsoft.Web/sites');
  const way = ['properties', 'functionAppConfig', 'deployment', 'storage', 'value'] as const;
  return textAt(app, ...way).includes(`'{0}${DEPLOYMENTS}'`)
    ? []
    : [`the app's package does not go to ${DEPLOYMENTS}`];
}
