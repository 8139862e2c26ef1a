import { pullCondition, readerCondition, stagingCondition, writerCondition } from 'abac-conditions.bicep'

@description('Name of the registry.')
param name string

@description('Principal of the app\'s identity.')
param principalId string

@description('Principal of the identity that can only pull.')
param pullPrincipalId string

@description('Name of the app. Each description begins with it, so that Remove can distinguish installations.')
param installation string

@description('Role assignment mode of the registry.')
@allowed([
  'LegacyRegistryPermissions'
  'AbacRepositoryPermissions'
])
param permissionMode string

@description('Names, or prefixes that end with a slash, of the repositories to patch. Empty: all except our own.')
param patchedRepositories string[]

var acrPull = '7f951dda-4ed3-4680-a7ca-43fe172d538d'
var acrPush = '8311e382-0749-4cb8-b61a-304f252e45ec'
var acrDelete = 'c2f4ef07-c644-48eb-af81-4b1b4947fb11'
var repositoryReader = 'b93aa761-3e63-49ed-ac28-beffa264f7ac'
var repositoryWriter = '2a1e307c-b015-4ebd-883e-5b7698a07328'
var repositoryContributor = '2efddaa5-3f1f-4df3-97df-af3f13818f4c'

var abac = permissionMode == 'AbacRepositoryPermissions'

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' existing = {
  name: name
}

resource pushRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!abac) {
  scope: registry
  name: guid(registry.id, principalId, acrPush)
  properties: {
    description: 'Patchwright ${installation}: Reading images and tags, publishing patches, minting the scoped tokens of jobs. In this mode the role covers the whole registry.'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPush)
  }
}

resource deleteRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!abac) {
  scope: registry
  name: guid(registry.id, principalId, acrDelete)
  properties: {
    description: 'Patchwright ${installation}: Deleting from staging. In this mode the role covers the whole registry; the app requests tokens only for its staging repositories.'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrDelete)
  }
}

resource readerRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (abac) {
  scope: registry
  name: guid(registry.id, principalId, repositoryReader)
  properties: {
    description: 'Patchwright ${installation}: Reading the images to patch, the policy, the worker, the database and the mirrors, and no other repository.'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', repositoryReader)
    condition: readerCondition(patchedRepositories)
    conditionVersion: '2.0'
  }
}

resource writerRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (abac) {
  scope: registry
  name: guid(registry.id, principalId, repositoryWriter)
  properties: {
    description: 'Patchwright ${installation}: Publishing patches to the repositories to patch, and never to those of the worker, the database or a mirror.'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', repositoryWriter)
    condition: writerCondition(patchedRepositories)
    conditionVersion: '2.0'
  }
}

resource stagingRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (abac) {
  scope: registry
  name: guid(registry.id, principalId, repositoryContributor)
  properties: {
    description: 'Patchwright ${installation}: Pushing patches to staging and deleting them there, and marking the repositories that this installation patches. The app can delete nowhere else.'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', repositoryContributor)
    condition: stagingCondition()
    conditionVersion: '2.0'
  }
}

resource pullRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!abac) {
  scope: registry
  name: guid(registry.id, pullPrincipalId, acrPull)
  properties: {
    description: 'Patchwright ${installation}: Pulling the worker images into container groups, if Azure refuses the app\'s own access token. In this mode the role covers the whole registry.'
    principalId: pullPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', acrPull)
  }
}

resource pullReaderRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (abac) {
  scope: registry
  name: guid(registry.id, pullPrincipalId, repositoryReader)
  properties: {
    description: 'Patchwright ${installation}: Pulling the worker images into container groups, if Azure refuses the app\'s own access token, and reading nothing else.'
    principalId: pullPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', repositoryReader)
    condition: pullCondition()
    conditionVersion: '2.0'
  }
}

output loginServer string = registry.properties.loginServer
