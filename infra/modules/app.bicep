@description('Name of the app.')
@minLength(2)
@maxLength(32)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Resource id of the app\'s identity.')
param identityId string

@description('Client id of the app\'s identity.')
param clientId string

@description('Resource id of the identity that can only pull.')
param pullIdentityId string

@description('Client id of the identity that can only pull.')
param pullClientId string

@description('Name of the storage account.')
param storageName string

@description('Connection string of Application Insights. It is only an address, because the component refuses keys.')
param insightsConnectionString string

@description('Address of the registry.')
param registryHost string

@description('Resource group of the container groups.')
param jobsResourceGroup string

@description('Region of the container groups.')
param groupsLocation string

@description('Worker image of scan and verify jobs.')
param scanWorkerImage string

@description('Worker image of patch jobs.')
param patchWorkerImage string

@description('Where build steps run.')
@allowed([
  'standard'
  'confidential'
  'remote'
  'none'
])
param builder string

@description('Address of a remote BuildKit.')
param buildkitAddress string

@description('URI of the Key Vault with the certificates for mutual TLS with a remote BuildKit.')
param buildkitVaultUri string

@description('URI of the Key Vault with the address and the secrets of a webhook; empty: none.')
param webhookVaultUri string

@description('Names of the events that the webhook gets.')
param webhookEvents string

@description('True if the receiver may have a private address.')
param webhookPrivate bool

@description('Assess only.')
param dryRun bool

@description('The policy document, or an empty object.')
param policy object

@description('When a run starts.')
param schedule string

@description('When the reaper runs.')
param reapSchedule string

@description('Maximum hours of a run.')
param runHours int

@description('Hours of container groups for each repository in a run; 0 for no limit.')
param repositoryHours int

@description('Settings for the prices of container groups. Empty ones are left out.')
param prices object

@description('Maximum number of container groups at the same time.')
param maxGroups int

@description('Maximum number of images in a scan group.')
param scanBatch int

@description('Maximum number of images in a patch group.')
param patchBatch int

@description('Node.js version of the app.')
@allowed([
  '22'
  '24'
])
param nodeVersion string

@description('Days after which a run warns of its vulnerability database.')
param databaseWarnDays int

@description('Days after which no image is called clean.')
param databaseMaxDays int

@description('True to record the vulnerabilities of each tag in PatchwrightFindings.')
param findings bool

@description('Days within which findings with a fix are to be patched, by severity.')
param targetDays string

@description('Days to keep the rows of ended runs; 0: forever.')
param retentionDays int

@description('Maximum number of instances.')
param maximumInstanceCount int

@description('How callers of the HTTP interface sign in.')
@allowed([
  'keys'
  'entra'
])
param signIn string

@description('With signIn `entra`: client id of the app registration.')
param entraClientId string

@description('Subnet of the app; empty: none.')
param appSubnetId string

@description('Subnet of the container groups; empty: none.')
param groupsSubnetId string

var settings = {
  AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  AZURE_CLIENT_ID: clientId
  PATCHWRIGHT_PULL_CLIENT_ID: pullClientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
  PATCHWRIGHT_SETTINGS_VERSION: '4'
  PATCHWRIGHT_REGISTRY: registryHost
  PATCHWRIGHT_INSTALLATION: name
  PATCHWRIGHT_SUBSCRIPTION_ID: subscription().subscriptionId
  PATCHWRIGHT_JOBS_RESOURCE_GROUP: jobsResourceGroup
  PATCHWRIGHT_LOCATION: groupsLocation
  PATCHWRIGHT_SCAN_WORKER_IMAGE: scanWorkerImage
  PATCHWRIGHT_PATCH_WORKER_IMAGE: patchWorkerImage
  PATCHWRIGHT_SCHEDULE: schedule
  PATCHWRIGHT_REAP_SCHEDULE: reapSchedule
  PATCHWRIGHT_BUILDER: builder
  PATCHWRIGHT_DRY_RUN: dryRun ? 'true' : 'false'
  PATCHWRIGHT_DATABASE: 'patchwright/trivy-db:2'
  PATCHWRIGHT_DATABASE_WARN_DAYS: string(databaseWarnDays)
  PATCHWRIGHT_DATABASE_MAX_DAYS: string(databaseMaxDays)
  PATCHWRIGHT_FINDINGS: findings ? 'true' : 'false'
  PATCHWRIGHT_TARGET_DAYS: targetDays
  PATCHWRIGHT_TOOLING_MIRROR: 'patchwright/mirror'
  PATCHWRIGHT_RUN_HOURS: string(runHours)
  PATCHWRIGHT_REPOSITORY_HOURS: string(repositoryHours)
  PATCHWRIGHT_MAX_GROUPS: string(maxGroups)
  PATCHWRIGHT_SCAN_BATCH: string(scanBatch)
  PATCHWRIGHT_PATCH_BATCH: string(patchBatch)
  PATCHWRIGHT_SIGN_IN: signIn
}
var priceSettings = toObject(filter(items(prices), one => !empty(one.value)), one => one.key, one => one.value)
var retentionSetting = retentionDays == 0 ? {} : { PATCHWRIGHT_RETENTION_DAYS: string(retentionDays) }
var policySetting = empty(policy) ? {} : { PATCHWRIGHT_POLICY: string(policy) }
var vault = endsWith(buildkitVaultUri, '/') ? buildkitVaultUri : '${buildkitVaultUri}/'
var webhookVault = endsWith(webhookVaultUri, '/') ? webhookVaultUri : '${webhookVaultUri}/'
var webhookSetting = empty(webhookVaultUri)
  ? {}
  : {
      PATCHWRIGHT_WEBHOOK_URL: '@Microsoft.KeyVault(SecretUri=${webhookVault}secrets/patchwright-webhook-url)'
      PATCHWRIGHT_WEBHOOK_SECRETS: '@Microsoft.KeyVault(SecretUri=${webhookVault}secrets/patchwright-webhook-secrets)'
      PATCHWRIGHT_WEBHOOK_EVENTS: webhookEvents
      PATCHWRIGHT_WEBHOOK_PRIVATE: webhookPrivate ? 'true' : 'false'
    }
var builderSetting = builder == 'remote'
  ? {
      BUILDKIT_ADDRESS: buildkitAddress
      PATCHWRIGHT_BUILDKIT_CA: '@Microsoft.KeyVault(SecretUri=${vault}secrets/patchwright-buildkit-ca)'
      PATCHWRIGHT_BUILDKIT_CERT: '@Microsoft.KeyVault(SecretUri=${vault}secrets/patchwright-buildkit-cert)'
      PATCHWRIGHT_BUILDKIT_KEY: '@Microsoft.KeyVault(SecretUri=${vault}secrets/patchwright-buildkit-key)'
    }
  : {}
var subnetSetting = empty(groupsSubnetId) ? {} : { PATCHWRIGHT_SUBNET_ID: groupsSubnetId }

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
      '${pullIdentityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(appSubnetId) ? null : appSubnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}patchwright-deployments'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: maximumInstanceCount
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      http20Enabled: true
    }
  }
}

// App Service checks accounts before the app, and removes the header of an account that a client invents.
// It never sends a browser elsewhere by itself: the dashboard does, when somebody signs in.
var byEntra = {
  platform: {
    enabled: true
  }
  globalValidation: {
    requireAuthentication: true
    unauthenticatedClientAction: 'Return401'
    excludedPaths: [
      '/api/health'
      '/api/openapi.json'
      '/api/dashboard'
    ]
  }
  identityProviders: {
    azureActiveDirectory: {
      enabled: true
      registration: {
        clientId: entraClientId
        openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
      }
      validation: {
        allowedAudiences: [
          entraClientId
          'api://${entraClientId}'
        ]
      }
    }
  }
  login: {
    tokenStore: {
      enabled: false
    }
    cookieExpiration: {
      convention: 'FixedTime'
      timeToExpiration: '08:00:00'
    }
  }
  httpSettings: {
    requireHttps: true
  }
}

// Before the settings: the app believes accounts once App Service checks them.
resource authentication 'Microsoft.Web/sites/config@2025-03-01' = if (signIn == 'entra') {
  parent: app
  name: 'authsettingsV2'
  properties: byEntra
}

// This replaces all settings: a setting that is missing here is removed.
resource appSettings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: union(
    settings,
    policySetting,
    priceSettings,
    retentionSetting,
    builderSetting,
    subnetSetting,
    webhookSetting
  )
  dependsOn: [
    authentication
  ]
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
