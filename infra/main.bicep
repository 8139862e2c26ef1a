// Everything that Patchwright needs in Azure, beside a registry that is there already. Deployed to a
// subscription, because it makes two resource groups and gives roles in a third, the registry's:
//
//   az deployment sub create --name patchwright-prod-westeurope --location westeurope --parameters infra/main.bicepparam
//
// Raw resources only, so that it builds without any registry of modules.
targetScope = 'subscription'

import { readerCondition } from 'modules/abac-conditions.bicep'
import {
  budgetStartFaults
  buildkitAddressFaults
  buildkitVaultFaults
  environmentNameFaults
  faultIf
  locationFaults
  networkFaults
  patchedRepositoryFaults
  scheduleFaults
  subscriptionFaults
  workerImageFaults
} from 'modules/parameter-faults.bicep'

metadata name = 'Patchwright'
metadata description = 'Keeps the operating-system packages of the images in an Azure Container Registry patched.'

// ---- Where ----------------------------------------------------------------------------------------

@description('Names this installation, as part of resource names: letters, digits and hyphens, beginning and ending with a letter or digit; `PROD` and `prod` are one. azd takes more for its AZURE_ENV_NAME, and the template refuses it.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('Region of the app and of everything beside it.')
param location string = deployment().location

@description('Region of the container groups: best the registry\'s own. With builder `confidential` it must offer the Confidential SKU. With privateNetworking the groups are in the network\'s region, `location`, instead.')
param groupsLocation string = location

@description('Resource group of the app. Made, unless existingResourceGroup says that it is yours.')
@minLength(1)
@maxLength(90)
param resourceGroupName string = 'rg-patchwright-${toLower(environmentName)}'

@description('Whether resourceGroupName is a group of your own, which is there already: it is neither made nor tagged, and never deleted.')
param existingResourceGroup bool = false

@description('Resource group of the container groups, and of nothing else. Made, unless existingJobsResourceGroup says that it is yours.')
@minLength(1)
@maxLength(90)
param jobsResourceGroupName string = 'rg-patchwright-${toLower(environmentName)}-jobs'

@description('Whether jobsResourceGroupName is a group of your own, which is there already: it is neither made nor tagged, and never deleted.')
param existingJobsResourceGroup bool = false

@description('Tags for every resource.')
param tags object = {}

// ---- The registry ---------------------------------------------------------------------------------

@description('Name (not the address) of the registry whose images are patched.')
@minLength(5)
@maxLength(50)
param registryName string

@description('Resource group of the registry: another than that of the app and that of the container groups.')
@minLength(1)
@maxLength(90)
param registryResourceGroup string

@description('Subscription of the registry.')
@minLength(36)
@maxLength(36)
param registrySubscriptionId string = subscription().subscriptionId

@description('How the registry takes roles: `az acr show --name NAME --query roleAssignmentMode`. The roles of one mode are not honoured in the other.')
@allowed([
  'LegacyRegistryPermissions'
  'AbacRepositoryPermissions'
])
param registryPermissionMode string = 'LegacyRegistryPermissions'

@description('Repositories that may be patched, for a registry with ABAC: names, or prefixes that end with a slash. Empty: every repository but Patchwright\'s own.')
@maxLength(40)
param patchedRepositories string[] = []

@description('Where the vulnerability database and Copa\'s tooling images come from: `cacheRules` makes pull-through rules in the registry; `import` makes none, and you import them (docs/operate.md).')
@allowed([
  'cacheRules'
  'import'
])
param mirror string = 'cacheRules'

@description('Resource id of a credential set of the registry for docker.io, which the registry caches with credentials only. Empty: no rule for docker.io; Copa then has ghcr.io alone.')
param dockerHubCredentialSetId string = ''

// ---- The app --------------------------------------------------------------------------------------

@description('Worker image of scan and verify jobs: repository@sha256:… in the registry (infra/build-worker.sh prints it).')
@minLength(73)
param scanWorkerImage string

@description('Worker image of patch jobs: repository@sha256:… in the registry (infra/build-worker.sh prints it).')
@minLength(73)
param patchWorkerImage string

@description('Where build steps run. `standard`: in an ordinary container group, by BuildKit without mounts. `confidential`: in a privileged Confidential one. `remote`: in the daemon at buildkitAddress. `none`: images are scanned and assessed, none is patched.')
@allowed([
  'standard'
  'confidential'
  'remote'
  'none'
])
param builder string = 'standard'

@description('With builder `remote`: tcp://host:port of BuildKit. Patch groups must reach it, and nobody else may: see docs/security.md.')
param buildkitAddress string = ''

@description('With builder `remote`: URI of a Key Vault whose secrets patchwright-buildkit-ca, -cert and -key hold PEM for mutual TLS. The app\'s identity needs Key Vault Secrets User on it.')
param buildkitVaultUri string = ''

@description('Assess only: what would be patched ends as `planned`.')
param dryRun bool = true

@description('The policy document, version 1 of ACR Continuous Patching. Empty: it is read from csscpolicies/patchpolicy:v1 in the registry.')
param policy object = {}

@description('When a run starts: NCRONTAB with five or six fields, UTC.')
@minLength(9)
param schedule string = '0 0 2 * * *'

@description('When expired container groups are deleted and lost ticks are sent again: NCRONTAB with five or six fields, UTC.')
@minLength(9)
param reapSchedule string = '0 */5 * * * *'

@description('Hours that a run may take.')
@minValue(1)
@maxValue(168)
param runHours int = 12

@description('Container groups at the same time. The region\'s default quota is 100, Confidential groups have one of their own.')
@minValue(1)
@maxValue(100)
param maxGroups int = 10

@description('Images that one scan group looks at.')
@minValue(1)
@maxValue(100)
param scanBatch int = 20

@description('Images that one patch group patches at most, each in a container of its own. 1 gives each image a group of its own.')
@minValue(1)
@maxValue(20)
param patchBatch int = 4

@description('Node.js of the app. Azure does not check it, and a wrong one breaks the app for good.')
@allowed([
  '22'
  '24'
])
param nodeVersion string = '22'

@description('Instances of the app at most, for each group of functions that scales by itself.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

// ---- Keeping and watching -------------------------------------------------------------------------

@description('Replication of the storage account. It holds the history; an installation without it goes on from the registry.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param storageSku string = 'Standard_LRS'

@description('Days that what container groups wrote is kept. A run reads it within hours.')
@minValue(8)
@maxValue(365)
param resultRetentionDays int = 14

@description('Days that accepted reports, policies and poison messages are kept.')
@minValue(30)
@maxValue(3650)
param reportRetentionDays int = 365

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Gigabytes of logs a day at most; what comes after is lost until the next day. -1: no limit.')
@minValue(-1)
param logDailyQuotaGb int = 1

@description('Whether the alert rules are made.')
param alerts bool = true

@description('Address that alerts and the budget write to. Empty: none.')
param alertEmail string = ''

@description('Resource id of an action group of yours, told beside alertEmail. Empty: none.')
param actionGroupId string = ''

@description('Hours without a completed run after which an alert is raised; a rule looks two days back at most. 0: no such alert, as for a schedule that runs less than daily.')
@minValue(0)
@maxValue(47)
param maxHoursWithoutRun int = 26

@description('Budget a month over both resource groups, in the currency of the subscription; it needs alertEmail or actionGroupId. 0: none.')
@minValue(0)
param monthlyBudget int = 0

@description('With monthlyBudget, required: first day of the month in which the budget is made, as 2026-11-01. Azure takes no change of it: keep the first value.')
@maxLength(10)
param budgetStart string = ''

// ---- Options --------------------------------------------------------------------------------------

@description('Puts app, storage and container groups into a virtual network: storage by private endpoints only, one outgoing address.')
param privateNetworking bool = false

@description('With privateNetworking: address space of the network, /24 or larger.')
@minLength(9)
param networkAddressPrefix string = '10.90.0.0/24'

@description('A custom role with just the four actions needed, or Azure\'s own role where custom ones may not be made.')
@allowed([
  'custom'
  'builtIn'
])
param containerGroupRole string = 'custom'

// ---- Refused here, before anything is made --------------------------------------------------------

var registryGroup = toLower('${registrySubscriptionId}/${registryResourceGroup}')
var conditionLength = length(readerCondition(patchedRepositories))

var groupFaults = concat(
  faultIf(
    toLower(resourceGroupName) == toLower(jobsResourceGroupName),
    'jobsResourceGroupName is \'${jobsResourceGroupName}\', the group of the app: name another'
  ),
  faultIf(
    registryGroup == toLower('${subscription().subscriptionId}/${resourceGroupName}'),
    'resourceGroupName is \'${resourceGroupName}\', the registry\'s group: name another, which can be deleted without the registry'
  ),
  faultIf(
    registryGroup == toLower('${subscription().subscriptionId}/${jobsResourceGroupName}'),
    'jobsResourceGroupName is \'${jobsResourceGroupName}\', the registry\'s group: name another, which can be deleted without the registry'
  )
)
var remoteFaults = builder == 'remote'
  ? concat(buildkitAddressFaults(buildkitAddress), buildkitVaultFaults(buildkitVaultUri))
  : []
var repositoryFaults = flatten(map(patchedRepositories, entry => patchedRepositoryFaults(entry)))
// Azure takes no longer condition.
var conditionFaults = faultIf(
  registryPermissionMode == 'AbacRepositoryPermissions' && conditionLength > 8000,
  'patchedRepositories makes a condition of ${conditionLength} characters, and Azure takes 8000: name prefixes that end with a slash'
)
var budgetFaults = monthlyBudget > 0
  ? concat(
      budgetStartFaults(budgetStart),
      faultIf(
        empty(alertEmail) && empty(actionGroupId),
        'alertEmail (PATCHWRIGHT_ALERT_EMAIL) and actionGroupId are empty: a budget needs one of them to write to'
      )
    )
  : []
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
  scheduleFaults('schedule', schedule),
  scheduleFaults('reapSchedule', reapSchedule),
  budgetFaults,
  privateNetworking ? networkFaults(networkAddressPrefix) : []
)
// Everything is named after it, so that nothing is made if there is a fault.
var installation = empty(faults)
  ? toLower(environmentName)
  : fail('${length(faults)} fault(s) in the parameters:\n- ${join(faults, '\n- ')}\n')

// ---- Names ----------------------------------------------------------------------------------------

// `West Europe` and `westeurope` are one region: names and settings are made of one spelling.
var region = toLower(replace(location, ' ', ''))
var jobsGroupRegion = toLower(replace(groupsLocation, ' ', ''))
// A container group in a subnet is in the network's region, whatever its resource group says.
var groupsRegion = privateNetworking ? region : jobsGroupRegion
// Two installations of one name, in two resource groups, are two.
var suffix = uniqueString(subscription().subscriptionId, toLower(resourceGroupName), toLower(environmentName), region)
// The Functions host makes its host id of the first 32 characters of the name: this one is 31 at most.
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

module network 'modules/network.bicep' = if (privateNetworking) {
  name: '${appName}-network'
  scope: resourceGroup(resourceGroupName)
  params: {
    name: 'vnet-${appName}'
    installation: appName
    location: region
    tags: allTags
    addressPrefix: networkAddressPrefix
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
    dryRun: dryRun
    policy: policy
    schedule: schedule
    reapSchedule: reapSchedule
    runHours: runHours
    maxGroups: maxGroups
    scanBatch: scanBatch
    patchBatch: patchBatch
    nodeVersion: nodeVersion
    maximumInstanceCount: maximumInstanceCount
    appSubnetId: privateNetworking ? network!.outputs.appSubnetId : ''
    groupsSubnetId: privateNetworking ? network!.outputs.groupsSubnetId : ''
  }
  // The app starts with the roles that it needs, as far as they have spread by then.
  dependsOn: [
    containerGroups
    storageEndpoints
  ]
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

// ARM hands back names that begin with capitals in another casing (`azurE_RESOURCE_GROUP`), which azd alone
// puts right: the upper-case outputs are azd's, the others are for people and scripts.
@description('Resource group of the app, for azd.')
output AZURE_RESOURCE_GROUP string = resourceGroupName

@description('Name of the app, for azd.')
output AZURE_FUNCTION_NAME string = app.outputs.name

@description('Resource group of the app.')
output resourceGroupName string = resourceGroupName

@description('Name of the app: `func azure functionapp publish` takes it.')
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

@description('Principal of the app\'s identity: roles are given to it.')
output identityPrincipalId string = identity.outputs.principalId

@description('With privateNetworking: the one address from which app and container groups leave, for your firewalls. Else empty.')
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

@description('With privateNetworking: the address from which everything leaves, for azd.')
output PATCHWRIGHT_OUTGOING_ADDRESS string = privateNetworking ? network!.outputs.outgoingAddress : ''
