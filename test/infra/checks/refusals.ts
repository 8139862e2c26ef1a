import type { Evaluation } from '../bicep/bicep-compiler.ts';
import type { Parameters } from '../bicep/parameter-sets.ts';
import type { Template } from '../bicep/template.ts';
import type { Change } from '../faults/planted-fault.ts';
import type { Fault } from '../infrastructure.ts';
import { UNUSED } from './unused-parameters.ts';

/** Parameters that main.bicep refuses before it creates anything. */
export interface Refusal {
  readonly what: string;
  /** Added to the parameters without a default. */
  readonly parameters: Parameters;
  /** The expected message, which begins with the parameter's name. */
  readonly says: string;
  /** The part of the message that does not depend on values. */
  readonly message: string;
  /** The change that removes the refusal from the Bicep. */
  readonly without: Change;
}

/** Reports parameters that are not refused, or refused with another message. */
export function refusalFaults(refusal: Refusal, evaluation: Evaluation): readonly Fault[] {
  const { what, says } = refusal;
  if (evaluation.kind === 'evaluated') return [`${what}: not refused`];
  return evaluation.why.includes(`- ${says}`) ? [] : [`${what}: not refused with "${says}"`];
}

/** Checks that the compiled template contains the message of each refusal. */
export function refusalsShownFaults(template: Template): readonly Fault[] {
  const text = JSON.stringify(template);
  return REFUSALS.filter(({ message }) => !text.includes(message)).map(
    ({ what }) => `${what}: not refused`,
  );
}

const MAIN = 'main.bicep';
const FAULTS = 'modules/parameter-faults.bicep';
const ABAC = { registryPermissionMode: 'AbacRepositoryPermissions' };
const HOST_IMAGE = `contoso.azurecr.io/patchwright/worker@sha256:${'a'.repeat(64)}`;
const BUDGET = { monthlyBudget: 10, budgetStart: '2026-11-01', alertEmail: 'team@example.com' };
const REMOTE = {
  builder: 'remote',
  buildkitAddress: 'tcp://buildkit.internal:1234',
  buildkitVaultUri: 'https://vault.example',
};
const REMOTE_IN_NETWORK = { ...REMOTE, privateNetworking: true };
const PREFIX_CALL = 'buildkitPrefixFaults(buildkitAddressPrefix, buildkitAddress)';
const CHARACTERS = 'use names of repositories, or prefixes that end with a slash';
const OURS = 'own and is never patched';
const DEPLOYABLE = 'group: use another, which can be deleted without the registry';

/** Removes one call from the list of faults. */
const uncalled = (from: string): Change => ({ file: MAIN, from, to: '[]' });
/** Makes one condition of main.bicep always false. */
const never = (from: string): Change => ({ file: MAIN, from, to: 'false' });

export const REFUSALS: readonly Refusal[] = [
  {
    what: 'a name that is invalid for a site',
    parameters: { environmentName: 'pr_od' },
    says: "environmentName (AZURE_ENV_NAME) is 'pr_od'",
    message: 'use letters, digits and hyphens',
    without: uncalled('environmentNameFaults(environmentName)'),
  },
  {
    what: 'an empty location',
    parameters: { location: '' },
    says: 'location (AZURE_LOCATION) is empty',
    message: 'location (AZURE_LOCATION)',
    without: uncalled("locationFaults('location (AZURE_LOCATION)', location)"),
  },
  {
    what: 'an empty location of the groups',
    parameters: { groupsLocation: '' },
    says: 'groupsLocation is empty',
    message: "'groupsLocation', parameters('groupsLocation')",
    without: uncalled("locationFaults('groupsLocation', groupsLocation)"),
  },
  {
    what: "a registry in the app's group",
    parameters: { registryResourceGroup: 'RG-patchwright-prod' },
    says: "resourceGroupName is 'rg-patchwright-prod', the registry's group",
    message: `resourceGroupName is ''{0}'', the registry''s ${DEPLOYABLE}`,
    without: never(
      "registryGroup == toLower('${subscription().subscriptionId}/${resourceGroupName}')",
    ),
  },
  {
    what: "a registry in the jobs' group",
    parameters: { registryResourceGroup: 'rg-patchwright-prod-jobs' },
    says: "jobsResourceGroupName is 'rg-patchwright-prod-jobs', the registry's group",
    message: `jobsResourceGroupName is ''{0}'', the registry''s ${DEPLOYABLE}`,
    without: never(
      "registryGroup == toLower('${subscription().subscriptionId}/${jobsResourceGroupName}')",
    ),
  },
  {
    what: 'one group for app and jobs',
    parameters: { jobsResourceGroupName: 'rg-patchwright-PROD' },
    says: "jobsResourceGroupName is 'rg-patchwright-PROD', the group of the app",
    message: 'the group of the app: use another',
    without: never('toLower(resourceGroupName) == toLower(jobsResourceGroupName)'),
  },
  {
    what: 'a subscription that is not an id',
    parameters: { registrySubscriptionId: 'the subscription of the registry ...' },
    says: 'registrySubscriptionId is ',
    message: 'use the id of a subscription',
    without: uncalled('subscriptionFaults(registrySubscriptionId)'),
  },
  {
    what: "a scan worker image with the registry's host",
    parameters: { scanWorkerImage: HOST_IMAGE },
    says: 'scanWorkerImage (PATCHWRIGHT_SCAN_WORKER_IMAGE) is ',
    message: 'scanWorkerImage (PATCHWRIGHT_SCAN_WORKER_IMAGE)',
    without: uncalled(
      "workerImageFaults('scanWorkerImage (PATCHWRIGHT_SCAN_WORKER_IMAGE)', scanWorkerImage)",
    ),
  },
  {
    what: "a patch worker image with the registry's host",
    parameters: { patchWorkerImage: HOST_IMAGE },
    says: 'patchWorkerImage (PATCHWRIGHT_PATCH_WORKER_IMAGE) is ',
    message: 'patchWorkerImage (PATCHWRIGHT_PATCH_WORKER_IMAGE)',
    without: uncalled(
      "workerImageFaults('patchWorkerImage (PATCHWRIGHT_PATCH_WORKER_IMAGE)', patchWorkerImage)",
    ),
  },
  {
    what: 'a worker image with any registry host',
    parameters: { scanWorkerImage: HOST_IMAGE },
    says: `scanWorkerImage (PATCHWRIGHT_SCAN_WORKER_IMAGE) is '${HOST_IMAGE}': remove`,
    message: 'address, and begin with the repository',
    without: { file: FAULTS, from: "contains(first(split(image, '/')), '.azurecr.')", to: 'false' },
  },
  {
    what: 'a worker image by tag',
    parameters: { patchWorkerImage: `patchwright/worker-patch:${'1'.repeat(64)}` },
    says: 'patchWorkerImage (PATCHWRIGHT_PATCH_WORKER_IMAGE) is ',
    message: 'use repository@sha256:',
    without: { file: FAULTS, from: '!isReference(image)', to: 'empty(image)' },
  },
  {
    what: 'a remote builder without an address',
    parameters: { ...REMOTE, buildkitAddress: '' },
    says: "buildkitAddress (BUILDKIT_ADDRESS) is ''",
    message: 'builder remote needs tcp://host:port',
    without: uncalled('buildkitAddressFaults(buildkitAddress)'),
  },
  {
    what: 'a remote builder without a vault',
    parameters: { ...REMOTE, buildkitVaultUri: '' },
    says: "buildkitVaultUri (BUILDKIT_VAULT_URI) is ''",
    message: 'builder remote needs the URI of a Key Vault',
    without: uncalled('buildkitVaultFaults(buildkitVaultUri)'),
  },
  {
    what: 'a range of BuildKit that is a name',
    parameters: { ...REMOTE_IN_NETWORK, buildkitAddressPrefix: 'buildkit.internal' },
    says: "buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) is 'buildkit.internal'",
    message: 'use an address or a range',
    without: uncalled(PREFIX_CALL),
  },
  {
    what: 'a range of BuildKit with an address that does not exist',
    parameters: { ...REMOTE_IN_NETWORK, buildkitAddressPrefix: '10.1.256.0/28' },
    says: "buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) is '10.1.256.0/28'",
    message: 'use an address or a range',
    without: uncalled(PREFIX_CALL),
  },
  {
    what: 'a range of BuildKit with a length that does not exist',
    parameters: { ...REMOTE_IN_NETWORK, buildkitAddressPrefix: '10.1.2.0/99' },
    says: "buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) is '10.1.2.0/99'",
    message: 'use an address or a range',
    without: uncalled(PREFIX_CALL),
  },
  {
    what: 'a name of BuildKit without the range that a network security group needs',
    parameters: { ...REMOTE_IN_NETWORK },
    says: 'buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) is empty',
    message: 'a network security group knows no names',
    without: {
      file: FAULTS,
      from: 'empty(prefix) && !isIpAddress(hostOf(address))',
      to: 'false',
    },
  },
  {
    what: 'a name of BuildKit with four parts without a range',
    parameters: { ...REMOTE_IN_NETWORK, buildkitAddress: 'tcp://b.k.in.ternal:1' },
    says: 'buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) is empty',
    message: 'a network security group knows no names',
    without: { file: FAULTS, from: '!isNumberUpTo(part, 255)', to: 'false' },
  },
  {
    what: 'a range of BuildKit without its address',
    parameters: {
      ...REMOTE_IN_NETWORK,
      buildkitAddress: 'tcp://10.1.2.20:1234',
      buildkitAddressPrefix: '10.1.2.0/28',
    },
    says: "buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) is '10.1.2.0/28', which does not contain",
    message: 'or use a range with that address',
    without: { file: FAULTS, from: ' && !isWithin(hostOf(address), prefix)', to: ' && false' },
  },
  {
    what: 'another address than that of BuildKit',
    parameters: {
      ...REMOTE_IN_NETWORK,
      buildkitAddress: 'tcp://10.1.2.20:1234',
      buildkitAddressPrefix: '10.1.2.2',
    },
    says: "buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) is '10.1.2.2', which does not contain",
    message: 'or use a range with that address',
    without: uncalled(PREFIX_CALL),
  },
  ...UNUSED.map(({ parameters, condition, says }) => ({
    what: says,
    parameters,
    says,
    message: says,
    without: never(condition),
  })),
  {
    what: 'sign-in by Entra without an app registration',
    parameters: { signIn: 'entra', entraClientId: 'patchwright' },
    says: "entraClientId (PATCHWRIGHT_ENTRA_CLIENT_ID) is 'patchwright'",
    message: 'signIn entra needs the client id of an app registration',
    without: uncalled('entraClientFaults(entraClientId)'),
  },
  {
    what: 'a webhook whose vault is not a URI',
    parameters: { webhookVaultUri: 'myvault' },
    says: "webhookVaultUri (WEBHOOK_VAULT_URI) is 'myvault'",
    message: 'a webhook needs the URI of a Key Vault',
    without: uncalled('webhookVaultFaults(webhookVaultUri)'),
  },
  {
    what: 'a price without its currency',
    parameters: { priceVcpuHour: '0.05', priceGbHour: '0.006' },
    says: 'priceVcpuHour, priceGbHour and priceCurrency are set together',
    message: 'a cost needs all three',
    without: never('(empty(priceVcpuHour) || empty(priceGbHour) || empty(priceCurrency))'),
  },
  {
    what: 'a retention that keeps less than a quarter',
    parameters: { retentionDays: 89 },
    says: 'retentionDays is 89: use 90 days or more',
    message: 'or 0 to keep the rows of all runs',
    without: never('retentionDays > 0 && retentionDays < 90'),
  },
  {
    what: 'a schedule of four fields',
    parameters: { schedule: '*/15 2 * *' },
    says: "schedule is '*/15 2 * *'",
    message: "'schedule', parameters('schedule')",
    without: uncalled("scheduleFaults('schedule', schedule)"),
  },
  {
    what: 'a reaper schedule of seven fields',
    parameters: { reapSchedule: '0 */5 * * * * *' },
    says: "reapSchedule is '0 */5 * * * * *'",
    message: "'reapSchedule', parameters('reapSchedule')",
    without: uncalled("scheduleFaults('reapSchedule', reapSchedule)"),
  },
  {
    what: 'a schedule that is a word',
    parameters: { schedule: '%SCHEDULE%' },
    says: "schedule is '%SCHEDULE%'",
    message: 'use NCRONTAB with five or six fields',
    without: { file: FAULTS, from: 'fieldsOf(schedule) < 5 ||', to: '' },
  },
  {
    what: 'a budget without a start',
    parameters: { ...BUDGET, budgetStart: '' },
    says: "budgetStart (PATCHWRIGHT_BUDGET_START) is ''",
    message: 'a budget needs the first day of a month',
    without: uncalled('budgetStartFaults(budgetStart)'),
  },
  {
    what: 'a budget that starts within a month',
    parameters: { ...BUDGET, budgetStart: '2026-11-15' },
    says: "budgetStart (PATCHWRIGHT_BUDGET_START) is '2026-11-15'",
    message: "endsWith(parameters('date'), '-01')",
    without: { file: FAULTS, from: " && endsWith(date, '-01')", to: '' },
  },
  {
    what: 'a budget that notifies nobody',
    parameters: { ...BUDGET, alertEmail: '' },
    says: 'alertEmail (PATCHWRIGHT_ALERT_EMAIL) and actionGroupId are empty',
    message: 'a budget needs one of them to notify',
    without: never('empty(alertEmail) && empty(actionGroupId)'),
  },
  {
    what: 'a repository with a quote',
    parameters: { ...ABAC, patchedRepositories: ["a' OR true OR '"] },
    says: 'patchedRepositories has ',
    message: CHARACTERS,
    without: { file: FAULTS, from: "isWord(entry, './_-') && !startsWith", to: '!startsWith' },
  },
  {
    what: 'a repository that is only a slash',
    parameters: { ...ABAC, patchedRepositories: ['/'] },
    says: "patchedRepositories has '/'",
    message: CHARACTERS,
    without: { file: FAULTS, from: "!startsWith(entry, '/') && ", to: '' },
  },
  {
    what: 'a repository of our own',
    parameters: { ...ABAC, patchedRepositories: ['patchwright/staging/'] },
    says: "patchedRepositories has 'patchwright/staging/'",
    message: OURS,
    without: { file: FAULTS, from: "startsWith(toLower(entry), 'patchwright/') || ", to: '' },
  },
  {
    what: "the policy's repository",
    parameters: { ...ABAC, patchedRepositories: ['csscpolicies/patchpolicy'] },
    says: "patchedRepositories has 'csscpolicies/patchpolicy'",
    message: OURS,
    without: { file: FAULTS, from: " || startsWith(toLower(entry), 'csscpolicies/')", to: '' },
  },
  {
    what: 'a condition that is too long for Azure',
    parameters: {
      ...ABAC,
      patchedRepositories: Array.from({ length: 40 }, (_, at) => `${'x'.repeat(150)}${at}`),
    },
    says: 'patchedRepositories makes a condition of ',
    message: 'name prefixes that end with a slash',
    without: never(
      "registryPermissionMode == 'AbacRepositoryPermissions' && conditionLength > 8000",
    ),
  },
  {
    what: 'a network that is too small',
    parameters: { privateNetworking: true, networkAddressPrefix: '10.90.0.0/25' },
    says: "networkAddressPrefix is '10.90.0.0/25'",
    message: 'use an address space of /24 or larger',
    without: uncalled('networkFaults(networkAddressPrefix)'),
  },
];
