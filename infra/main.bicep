// Everything that Patchwright needs in Azure, except the registry, which must exist. It is deployed to a
// subscription, because it creates two resource groups and assigns roles in the registry's group:
//
//   az deployment sub create --name patchwright-prod-westeurope --location westeurope --parameters infra/main.bicepparam
//
// It uses no module of a registry, so that it compiles offline.
targetScope = 'subscription'

import { readerCondition } from 'modules/abac-conditions.bicep'
import {
  budgetStartFaults
  buildkitAddressFaults
  buildkitPrefixFaults
  buildkitVaultFaults
  entraClientFaults
  environmentNameFaults
  faultIf
  hostOf
  locationFaults
  networkFaults
  patchedRepositoryFaults
  scheduleFaults
  subscriptionFaults
  workerImageFaults
  webhookVaultFaults
} from 'modules/parameter-faults.bicep'

metadata name = 'Patchwright'
metadata description = 'Keeps the operating-system packages of the images in an Azure Container Registry patched.'

// ---- Where ----------------------------------------------------------------------------------------

@description('Names this installation, as part of resource names: letters, digits and hyphens, with a letter or digit first and last. `PROD` and `prod` are the same installation. azd allows more characters in AZURE_ENV_NAME; the template refuses them.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('Region of the app, its storage and its other resources.')
param location string = deployment().location

@description('Region of the container groups, preferably the registry\'s. With builder `confidential` it must offer the Confidential SKU. With privateNetworking the groups run in the network\'s region, `location`.')
param groupsLocation string = location

@description('Resource group of the app. The template creates it unless existingResourceGroup is true.')
@minLength(1)
@maxLength(90)
param resourceGroupName string = 'rg-patchwright-${toLower(environmentName)}'

@description('True if resourceGroupName is an existing group of yours: the template neither creates nor tags it, and Remove does not delete it.')
param existingResourceGroup bool = false

@description('Resource group of the container groups only. The template creates it unless existingJobsResourceGroup is true.')
@minLength(1)
@maxLength(90)
param jobsResourceGroupName string = 'rg-patchwright-${toLower(environmentName)}-jobs'

@description('True if jobsResourceGroupName is an existing group of yours: the template neither creates nor tags it, and Remove does not delete it.')
param existingJobsResourceGroup bool = false

@description('Tags for every resource.')
param tags object = {}

// ---- The registry ---------------------------------------------------------------------------------

@description('Name (not the address) of the registry whose images are patched.')
@minLength(5)
@maxLength(50)
param registryName string

@description('Resource group of the registry. It must differ from the groups of the app and of the container groups.')
@minLength(1)
@maxLength(90)
param registryResourceGroup string

@description('Subscription of the registry.')
@minLength(36)
@maxLength(36)
param registrySubscriptionId string = subscription().subscriptionId

@description('The registry\'s role assignment mode: `az acr show --name NAME --query roleAssignmentMode`. Roles of one mode have no effect in the other.')
@allowed([
  'LegacyRegistryPermissions'
  'AbacRepositoryPermissions'
])
param registryPermissionMode string = 'LegacyRegistryPermissions'

@description('Repositories that may be patched, for a registry with ABAC: names, or prefixes that end with a slash. Empty: every repository except Patchwright\'s own.')
@maxLength(40)
param patchedRepositories string[] = []

@description('Source of the vulnerability database and of Copa\'s tooling images. `cacheRules`: the template creates pull-through rules in the registry. `import`: you import them (docs/operate.md).')
@allowed([
  'cacheRules'
  'import'
])
param mirror string = 'cacheRules'

@description('Resource id of a credential set of the registry for docker.io, which the registry caches only with credentials. Empty: no rule for docker.io; Copa then uses ghcr.io only.')
param dockerHubCredentialSetId string = ''

// ---- The app --------------------------------------------------------------------------------------

@description('Worker image of scan and verify jobs: repository@sha256:… in the registry (infra/build-worker.sh prints it).')
@minLength(73)
param scanWorkerImage string

@description('Worker image of patch jobs: repository@sha256:… in the registry (infra/build-worker.sh prints it).')
@minLength(73)
param patchWorkerImage string

@description('Where build steps run. `standard`: in an ordinary container group, by the mount-free builder. `confidential`: in a privileged Confidential group. `remote`: in the daemon at buildkitAddress. `none`: images are scanned and assessed but not patched.')
@allowed([
  'standard'
  'confidential'
  'remote'
  'none'
])
param builder string = 'standard'

@description('With builder `remote`: tcp://host:port of BuildKit. Only patch groups should reach it: see docs/security.md.')
param buildkitAddress string = ''

@description('With builder `remote` and privateNetworking: address or range of BuildKit, such as 10.1.2.4 or 10.1.2.0/28, or `VirtualNetwork` for this network and those connected to it. Container groups reach the port of buildkitAddress there only. Required if buildkitAddress has a name, because a network security group knows no names. Empty: the address in buildkitAddress.')
param buildkitAddressPrefix string = ''

@description('With builder `remote`: URI of a Key Vault whose secrets patchwright-buildkit-ca, -cert and -key hold PEM for mutual TLS. The app\'s identity needs Key Vault Secrets User on it.')
param buildkitVaultUri string = ''

@description('URI of a Key Vault whose secrets patchwright-webhook-url and patchwright-webhook-secrets hold the address of a receiver of events and the secrets that sign them. The app\'s identity needs Key Vault Secrets User on it. Empty: no event is sent.')
param webhookVaultUri string = ''

@description('Which events the receiver gets: names with commas between them, or `all`. See docs/webhooks.md.')
@minLength(3)
param webhookEvents string = 'all'

@description('True if the receiver may have a private address.')
param webhookPrivate bool = false

@description('Assess only: an image that needs a patch ends as `planned`.')
param dryRun bool = true

@description('The policy document, version 1 of ACR Continuous Patching. Empty: the app reads it from csscpolicies/patchpolicy:v1 in the registry.')
param policy object = {}

@description('When a run starts: NCRONTAB with five or six fields, UTC.')
@minLength(9)
param schedule string = '0 0 2 * * *'

@description('When the reaper deletes expired container groups and re-sends lost messages: NCRONTAB with five or six fields, UTC.')
@minLength(9)
param reapSchedule string = '0 */5 * * * *'

@description('Maximum hours of a run.')
@minValue(1)
@maxValue(168)
param runHours int = 12

@description('Maximum number of container groups at the same time. The region\'s default quota is 100; Confidential groups have a separate one.')
@minValue(1)
@maxValue(100)
param maxGroups int = 10

@description('Maximum number of images that one scan group scans.')
@minValue(1)
@maxValue(100)
param scanBatch int = 20

@description('Maximum number of images that one patch group patches, each in its own container. 1: each image has its own group.')
@minValue(1)
@maxValue(20)
param patchBatch int = 4

@description('Days after which a run warns of its vulnerability database, and an alert is raised.')
@minValue(1)
@maxValue(365)
param databaseWarnDays int = 3

@description('Hours of container groups that the images of one repository may use in a run. 0: no limit.')
@minValue(0)
@maxValue(10000)
param repositoryHours int = 0

@description('Price of one vCPU of a container group for an hour, such as 0.05. With it, priceGbHour and priceCurrency. Empty: runs have no cost.')
@maxLength(20)
param priceVcpuHour string = ''

@description('Price of one GB of memory of a container group for an hour, such as 0.006.')
@maxLength(20)
param priceGbHour string = ''

@description('Times which a Confidential group costs more, such as 2. Empty: a run with such groups has no cost.')
@maxLength(20)
param priceConfidentialFactor string = ''

@description('Price of 10,000 requests to tables, queues and blobs, such as 0.04. Empty: they have no cost.')
@maxLength(20)
param priceStorageOperations string = ''

@description('Currency of the prices, such as EUR.')
@maxLength(10)
param priceCurrency string = ''

@description('Days after which the vulnerability database is too old to call an image clean.')
@minValue(1)
@maxValue(3650)
param databaseMaxDays int = 14

@description('True to record the vulnerabilities of each tag, so that a query tells where a CVE is.')
param findings bool = true

@description('Days within which findings with a fix are to be patched, by severity, or `none`.')
@minLength(4)
@maxLength(120)
param targetDays string = 'critical=7,high=30,medium=90,low=180'

@description('Node.js version of the app. Azure does not check it, and a wrong one permanently breaks the app.')
@allowed([
  '22'
  '24'
])
param nodeVersion string = '22'

@description('Maximum number of instances of the app, for each group of functions that scales independently.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('How callers of the HTTP interface and of the dashboard sign in. `keys`: by a function key. `entra`: by an account in Microsoft Entra with an app role (docs/deploy.md).')
@allowed([
  'keys'
  'entra'
])
param signIn string = 'keys'

@description('With signIn `entra`: client id of the app registration, in the tenant of the subscription.')
@maxLength(36)
param entraClientId string = ''

// ---- Retention and monitoring ---------------------------------------------------------------------

@description('Replication of the storage account, which contains the history. If it is lost, the history is lost, and known patches are verified again.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param storageSku string = 'Standard_LRS'

@description('Days to keep the output of container groups. A run reads it within hours.')
@minValue(8)
@maxValue(365)
param resultRetentionDays int = 14

@description('Days to keep accepted reports, policies and poison messages.')
@minValue(30)
@maxValue(3650)
param reportRetentionDays int = 365

@description('Days to keep the rows of ended runs, from 90 on. Older ones are archived to blobs, and then deleted. 0: never.')
@minValue(0)
@maxValue(3650)
param retentionDays int = 0

@description('Days to keep logs.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Maximum gigabytes of logs a day. Further logs are lost until the next day. -1: no limit.')
@minValue(-1)
param logDailyQuotaGb int = 1

@description('True to create the alert rules.')
param alerts bool = true

@description('Email address that alerts and the budget notify. Empty: none.')
param alertEmail string = ''

@description('Resource id of an action group of yours, which is notified in addition to alertEmail. Empty: none.')
param actionGroupId string = ''

@description('Hours without a completed run after which an alert fires. The maximum is two days, the range of a rule. 0: no such alert, for example for a schedule that is less than daily.')
@minValue(0)
@maxValue(47)
param maxHoursWithoutRun int = 26

@description('Targets of one run from which an alert is raised, for each kind of ending: `failed`, `rejected`, `noBuilder`, `quota`, `runDeadline` (1 each), and `failedPercent` (10), the percentage of targets that failed or were rejected. 0: no such alert.')
param alertFrom {
  failed: int?
  rejected: int?
  failedPercent: int?
  noBuilder: int?
  quota: int?
  runDeadline: int?
} = {}

@description('Monthly budget of both resource groups, in the currency of the subscription. It needs alertEmail or actionGroupId. 0: none.')
@minValue(0)
param monthlyBudget int = 0

@description('Required with monthlyBudget: first day of the month in which the budget is created, such as 2026-11-01. Azure refuses a later change: keep the first value.')
@maxLength(10)
param budgetStart string = ''

// ---- Options --------------------------------------------------------------------------------------

@description('Puts app, storage and container groups into a virtual network, with private endpoints for storage and one outgoing address.')
param privateNetworking bool = false

@description('With privateNetworking: address space of the network, /24 or larger.')
@minLength(9)
param networkAddressPrefix string = '10.90.0.0/24'

@description('`custom`: a custom role with only the four needed actions. `builtIn`: Azure\'s own role, if you may not create custom roles.')
@allowed([
  'custom'
  'builtIn'
])
param containerGroupRole string = 'custom'

// ---- Parameter checks, before anything is created -------------------------------------------------

var registryGroup = toLower('${registrySubscriptionId}/${registryResourceGroup}')
var conditionLength = length(readerCondition(patchedRepositories))

var groupFaults = concat(
  faultIf(
    toLower(resourceGroupName) == toLower(jobsResourceGroupName),
    'jobsResourceGroupName is \'${jobsResourceGroupName}\', the group of the app: use another'
  ),
  faultIf(
    registryGroup == toLower('${subscription().subscriptionId}/${resourceGroupName}'),
    'resourceGroupName is \'${resourceGroupName}\', the registry\'s group: use another, which can be deleted without the registry'
  ),
  faultIf(
    registryGroup == toLower('${subscription().subscriptionId}/${jobsResourceGroupName}'),
    'jobsResourceGroupName is \'${jobsResourceGroupName}\', the registry\'s group: use another, which can be deleted without the registry'
  )
)
var remoteFaults = builder == 'remote'
  ? concat(
      buildkitAddressFaults(buildkitAddress),
      privateNetworking ? buildkitPrefixFaults(buildkitAddressPrefix, buildkitAddress) : [],
      buildkitVaultFaults(buildkitVaultUri)
    )
  : []
var signInFaults = signIn == 'entra' ? entraClientFaults(entraClientId) : []
var webhookFaults = empty(webhookVaultUri) ? [] : webhookVaultFaults(webhookVaultUri)
var prices = {
  PATCHWRIGHT_PRICE_VCPU_HOUR: priceVcpuHour
  PATCHWRIGHT_PRICE_GB_HOUR: priceGbHour
  PATCHWRIGHT_PRICE_CONFIDENTIAL_FACTOR: priceConfidentialFactor
  PATCHWRIGHT_PRICE_STORAGE_OPERATIONS: priceStorageOperations
  PATCHWRIGHT_PRICE_CURRENCY: priceCurrency
}
var priceFaults = faultIf(
  !empty('${priceVcpuHour}${priceGbHour}${priceConfidentialFactor}${priceStorageOperations}${priceCurrency}') && (empty(priceVcpuHour) || empty(priceGbHour) || empty(priceCurrency)),
  'priceVcpuHour, priceGbHour and priceCurrency are set together, or none of them: a cost needs all three'
)
var retentionFaults = faultIf(
  retentionDays > 0 && retentionDays < 90,
  'retentionDays is ${retentionDays}: use 90 days or more, or 0 to keep the rows of all runs'
)
var repositoryFaults = flatten(map(patchedRepositories, entry => patchedRepositoryFaults(entry)))
// Azure's limit for a condition.
var conditionFaults = faultIf(
  registryPermissionMode == 'AbacRepositoryPermissions' && conditionLength > 8000,
  'patchedRepositories makes a condition of ${conditionLength} characters, and Azure allows 8000: use name prefixes that end with a slash'
)
var budgetFaults = monthlyBudget > 0
  ? concat(
      budgetStartFaults(budgetStart),
      faultIf(
        empty(alertEmail) && empty(actionGroupId),
        'alertEmail (PATCHWRIGHT_ALERT_EMAIL) and actionGroupId are empty: a budget needs one of them to notify'
      )
    )
  : []
// Somebody who sets a parameter expects an effect, such as a limit on what may be patched.
var withoutEffect = concat(
  faultIf(
    builder != 'remote' && !empty(buildkitAddress),
    'buildkitAddress (BUILDKIT_ADDRESS) has no effect without builder remote: remove it, or set builder (PATCHWRIGHT_BUILDER)'
  ),
  faultIf(
    builder != 'remote' && !empty(buildkitVaultUri),
    'buildkitVaultUri (BUILDKIT_VAULT_URI) has no effect without builder remote: remove it, or set builder (PATCHWRIGHT_BUILDER)'
  ),
  faultIf(
    builder != 'remote' && !empty(buildkitAddressPrefix),
    'buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) has no effect without builder remote: remove it, or set builder (PATCHWRIGHT_BUILDER)'
  ),
  faultIf(
    !privateNetworking && !empty(buildkitAddressPrefix),
    'buildkitAddressPrefix (BUILDKIT_ADDRESS_PREFIX) has no effect without privateNetworking: remove it, or set privateNetworking'
  ),
  faultIf(
    !privateNetworking && networkAddressPrefix != '10.90.0.0/24',
    'networkAddressPrefix has no effect without privateNetworking: remove it, or set privateNetworking'
  ),
  faultIf(
    registryPermissionMode != 'AbacRepositoryPermissions' && !empty(patchedRepositories),
    'patchedRepositories has no effect without registryPermissionMode AbacRepositoryPermissions: remove it, or set registryPermissionMode (PATCHWRIGHT_REGISTRY_MODE)'
  ),
  faultIf(
    mirror != 'cacheRules' && !empty(dockerHubCredentialSetId),
    'dockerHubCredentialSetId has no effect without mirror cacheRules: remove it, or set mirror'
  ),
  faultIf(
    signIn != 'entra' && !empty(entraClientId),
    'entraClientId (PATCHWRIGHT_ENTRA_CLIENT_ID) has no effect without signIn entra: remove it, or set signIn (PATCHWRIGHT_SIGN_IN)'
  ),
  faultIf(
    empty(webhookVaultUri) && webhookEvents != 'all',
    'webhookEvents has no effect without webhookVaultUri: remove it, or set webhookVaultUri (WEBHOOK_VAULT_URI)'
  ),
  faultIf(
    empty(webhookVaultUri) && webhookPrivate,
    'webhookPrivate has no effect without webhookVaultUri: remove it, or set webhookVaultUri (WEBHOOK_VAULT_URI)'
  ),
  faultIf(!alerts && !empty(alertFrom), 'alertFrom has no effect without alerts: remove it, or set alerts'),
  faultIf(
    !alerts && !contains([0, 26], maxHoursWithoutRun),
    'maxHoursWithoutRun has no effect without alerts: remove it, or set alerts'
  ),
  faultIf(
    !alerts && monthlyBudget == 0 && !empty(alertEmail),
    'alertEmail (PATCHWRIGHT_ALERT_EMAIL) has no effect without alerts or monthlyBudget: remove it, or set one of them'
  ),
  faultIf(
    !alerts && monthlyBudget == 0 && !empty(actionGroupId),
    'actionGroupId has no effect without alerts or monthlyBudget: remove it, or set one of them'
  ),
  faultIf(
    monthlyBudget == 0 && !empty(budgetStart),
    'budgetStart (PATCHWRIGHT_BUDGET_START) has no effect without monthlyBudget: remove it, or set monthlyBudget (PATCHWRIGHT_MONTHLY_BUDGET)'
  )
)
var faults = concat(
  environmentNameFaults(environmentName),
  locationFaults('location (AZURE_LOCATION)', location),
  locationFaults('groupsLocation', groupsLocation),
  groupFaults,
  subscriptionFaults(registrySubscriptionId),
  repositoryFaults,
  conditionFaults,
  workerImageFaults('scanWorkerImage (PATCHWRIGHT_SCAN_WORKER_IMAGE)', scanWorkerImage),
  workerImageFaults('patchWorkerImage (PATCHWRIGHT_PATCH_WORKER_IMAGE)', patchWorkerImage),
  remoteFaults,
  signInFaults,
  webhookFaults,
  priceFaults,
  retentionFaults,
  scheduleFaults('schedule', schedule),
  scheduleFaults('reapSchedule', reapSchedule),
  budgetFaults,
  privateNetworking ? networkFaults(networkAddressPrefix) : [],
  withoutEffect
)
// Every name depends on it, so that nothing is created if a parameter is invalid.
var installation = empty(faults)
  ? toLower(environmentName)
  : fail('${length(faults)} fault(s) in the parameters:\n- ${join(faults, '\n- ')}\n')

// ---- Names ----------------------------------------------------------------------------------------

// `West Europe` and `westeurope` are the same region: names and settings use one spelling.
var region = toLower(replace(location, ' ', ''))
var jobsGroupRegion = toLower(replace(groupsLocation, ' ', ''))
// A container group in a subnet must be in the network's region, which may differ from its resource group's.
var groupsRegion = privateNetworking ? region : jobsGroupRegion
// Installations of the same name in different resource groups get different names.
var suffix = uniqueString(subscription().subscriptionId, toLower(resourceGroupName), toLower(environmentName), region)
// The Functions host id is the first 32 characters of the name, so the name has at most 31.
var appName = 'patchwright-${installation}-${take(suffix, 6)}'
var allTags = union(tags, {
  'azd-env-name': environmentName
  'managed-by': 'patchwright'
  'patchwright-installation': appName
})

resource appGroup 'Microsoft.Resources/resourceGroups@2024-11-01' = if (!existingResourceGroup) {
  name: resourceGroupName
  location: region
  tags: allTags
}

resource jobsGroup 'Microsoft.Resources/resourceGroups@2024-11-01' = if (!existingJobsResourceGroup) {
  name: jobsResourceGroupName
  location: jobsGroupRegion
  tags: allTags
}

module identity 'modules/identity.bicep' = {
  name: '${appName}-identity'
  scope: resourceGroup(resourceGroupName)
  params: {
    name: 'id-${appName}'
    location: region
    tags: allTags
  }
  dependsOn: [
    appGroup
  ]
}

module pullIdentity 'modules/identity.bicep' = {
  name: '${appName}-pull-identity'
  scope: resourceGroup(resourceGroupName)
  params: {
    name: 'id-${appName}-pull'
    location: region
    tags: allTags
  }
  dependsOn: [
    appGroup
  ]
}

module network 'modules/network.bicep' = if (privateNetworking) {
  name: '${appName}-network'
  scope: resourceGroup(resourceGroupName)
  params: {
    name: 'vnet-${appName}'
    installation: appName
    location: region
    tags: allTags
    addressPrefix: networkAddressPrefix
    buildkitPort: builder == 'remote' ? last(split(buildkitAddress, ':')) : ''
    buildkitPrefix: empty(buildkitAddressPrefix) ? hostOf(buildkitAddress) : buildkitAddressPrefix
    principalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: '${appName}-storage'
  scope: resourceGroup(resourceGroupName)
  params: {
    name: 'pw${suffix}'
    location: region
    tags: allTags
    principalId: identity.outputs.principalId
    resultRetentionDays: resultRetentionDays
    reportRetentionDays: reportRetentionDays
    sku: storageSku
    privateOnly: privateNetworking
  }
}

module storageEndpoints 'modules/storage-endpoints.bicep' = if (privateNetworking) {
  name: '${appName}-storage-endpoints'
  scope: resourceGroup(resourceGroupName)
  params: {
    storageName: storage.outputs.name
    location: region
    tags: allTags
    networkId: privateNetworking ? network!.outputs.networkId : ''
    subnetId: privateNetworking ? network!.outputs.endpointsSubnetId : ''
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: '${appName}-monitoring'
  scope: resourceGroup(resourceGroupName)
  params: {
    name: appName
    location: region
    tags: allTags
    principalId: identity.outputs.principalId
    retentionDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
  }
}

module containerGroups 'modules/container-groups.bicep' = {
  name: '${appName}-container-groups'
  scope: resourceGroup(jobsResourceGroupName)
  params: {
    principalId: identity.outputs.principalId
    installation: appName
    customRole: containerGroupRole == 'custom'
  }
  dependsOn: [
    jobsGroup
  ]
}

module registry 'modules/registry.bicep' = {
  name: '${appName}-registry'
  scope: resourceGroup(registrySubscriptionId, registryResourceGroup)
  params: {
    name: registryName
    principalId: identity.outputs.principalId
    pullPrincipalId: pullIdentity.outputs.principalId
    installation: appName
    permissionMode: registryPermissionMode
    patchedRepositories: patchedRepositories
  }
}

module mirrors 'modules/mirrors.bicep' = if (mirror == 'cacheRules') {
  name: '${appName}-mirrors'
  scope: resourceGroup(registrySubscriptionId, registryResourceGroup)
  params: {
    registryName: registryName
    dockerHubCredentialSetId: dockerHubCredentialSetId
  }
}

module app 'modules/app.bicep' = {
  name: '${appName}-app'
  scope: resourceGroup(resourceGroupName)
  params: {
    name: appName
    location: region
    tags: allTags
    identityId: identity.outputs.id
    clientId: identity.outputs.clientId
    pullIdentityId: pullIdentity.outputs.id
    pullClientId: pullIdentity.outputs.clientId
    storageName: storage.outputs.name
    insightsConnectionString: monitoring.outputs.connectionString
    registryHost: registry.outputs.loginServer
    jobsResourceGroup: jobsResourceGroupName
    groupsLocation: groupsRegion
    scanWorkerImage: scanWorkerImage
    patchWorkerImage: patchWorkerImage
    builder: builder
    buildkitAddress: buildkitAddress
    buildkitVaultUri: buildkitVaultUri
    webhookVaultUri: webhookVaultUri
    webhookEvents: webhookEvents
    webhookPrivate: webhookPrivate
    dryRun: dryRun
    policy: policy
    schedule: schedule
    reapSchedule: reapSchedule
    runHours: runHours
    repositoryHours: repositoryHours
    prices: prices
    maxGroups: maxGroups
    scanBatch: scanBatch
    patchBatch: patchBatch
    databaseWarnDays: databaseWarnDays
    databaseMaxDays: databaseMaxDays
    findings: findings
    targetDays: targetDays
    retentionDays: retentionDays
    nodeVersion: nodeVersion
    signIn: signIn
    entraClientId: entraClientId
    maximumInstanceCount: maximumInstanceCount
    appSubnetId: privateNetworking ? network!.outputs.appSubnetId : ''
    groupsSubnetId: privateNetworking ? network!.outputs.groupsSubnetId : ''
  }
  // The roles are assigned before the app starts, but may need minutes to propagate.
  dependsOn: [
    containerGroups
    storageEndpoints
  ]
}

// Authentication goes on before the settings of the app, and off after them.
module noAuthentication 'modules/no-authentication.bicep' = if (signIn == 'keys') {
  name: '${appName}-no-authentication'
  scope: resourceGroup(resourceGroupName)
  params: {
    appName: app.outputs.name
  }
}

module workbook 'modules/workbook.bicep' = {
  name: '${appName}-workbook'
  scope: resourceGroup(resourceGroupName)
  params: {
    appName: appName
    location: region
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module alertRules 'modules/alerts.bicep' = if (alerts) {
  name: '${appName}-alerts'
  scope: resourceGroup(resourceGroupName)
  params: {
    appName: appName
    location: region
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    email: alertEmail
    actionGroupId: actionGroupId
    maxHoursWithoutRun: maxHoursWithoutRun
    alertFrom: alertFrom
  }
}

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = if (monthlyBudget > 0) {
  name: appName
  properties: {
    category: 'Cost'
    amount: monthlyBudget
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: budgetStart
    }
    filter: {
      dimensions: {
        name: 'ResourceGroupName'
        operator: 'In'
        values: [
          resourceGroupName
          jobsResourceGroupName
        ]
      }
    }
    notifications: {
      most: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: empty(alertEmail) ? [] : [alertEmail]
        contactGroups: empty(actionGroupId) ? [] : [actionGroupId]
        contactRoles: ['Owner']
      }
      forecast: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: empty(alertEmail) ? [] : [alertEmail]
        contactGroups: empty(actionGroupId) ? [] : [actionGroupId]
        contactRoles: ['Owner']
      }
    }
  }
}

// ARM changes the case of upper-case output names (`azurE_RESOURCE_GROUP`), and only azd corrects it: the
// upper-case outputs are for azd, the others are for users and scripts.
@description('Resource group of the app, for azd.')
output AZURE_RESOURCE_GROUP string = resourceGroupName

@description('Name of the app, for azd.')
output AZURE_FUNCTION_NAME string = app.outputs.name

@description('Resource group of the app.')
output resourceGroupName string = resourceGroupName

@description('Name of the app, for `func azure functionapp publish`.')
output functionAppName string = app.outputs.name

@description('Address of the app.')
output appUrl string = app.outputs.url

@description('Resource group of the container groups.')
output jobsResourceGroupName string = jobsResourceGroupName

@description('Storage account with the tables.')
output storageAccountName string = storage.outputs.name

@description('Address of the registry.')
output registryHost string = registry.outputs.loginServer

@description('Client id of the app\'s identity.')
output identityClientId string = identity.outputs.clientId

@description('Principal of the app\'s identity, to which roles are assigned.')
output identityPrincipalId string = identity.outputs.principalId

@description('With privateNetworking: the outgoing address of app and container groups, for your firewalls. Else empty.')
output outgoingAddress string = privateNetworking ? network!.outputs.outgoingAddress : ''

@description('Address of the app, for azd.')
output PATCHWRIGHT_URL string = app.outputs.url

@description('Resource group of the container groups, for azd.')
output PATCHWRIGHT_JOBS_RESOURCE_GROUP string = jobsResourceGroupName

@description('Storage account with the tables, for azd.')
output PATCHWRIGHT_STORAGE_ACCOUNT string = storage.outputs.name

@description('Address of the registry, for azd.')
output PATCHWRIGHT_REGISTRY string = registry.outputs.loginServer

@description('Client id of the app\'s identity, for azd.')
output PATCHWRIGHT_CLIENT_ID string = identity.outputs.clientId

@description('Principal of the app\'s identity, for azd.')
output PATCHWRIGHT_PRINCIPAL_ID string = identity.outputs.principalId

@description('With privateNetworking: the outgoing address, for azd.')
output PATCHWRIGHT_OUTGOING_ADDRESS string = privateNetworking ? network!.outputs.outgoingAddress : ''
