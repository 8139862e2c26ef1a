@description('Principal of the app\'s identity.')
param principalId string

@description('Name of the app, which is part of the role\'s name and description.')
param installation string

@description('A custom role, or Azure\'s own.')
param customRole bool

var containerInstancesContributor = '5d977122-f97e-4b4d-a52f-6b43003ddb4d'
var customRoleName = guid(resourceGroup().id, installation, 'patchwright-container-groups')

// Only four actions. They exclude exec into a container and assigning an identity to a group.
resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (customRole) {
  name: customRoleName
  properties: {
    roleName: 'Patchwright Container Groups (${installation})'
    description: 'Starts, reads and deletes container groups.'
    type: 'CustomRole'
    assignableScopes: [
      resourceGroup().id
    ]
    permissions: [
      {
        actions: [
          'Microsoft.ContainerInstance/containerGroups/read'
          'Microsoft.ContainerInstance/containerGroups/write'
          'Microsoft.ContainerInstance/containerGroups/delete'
          'Microsoft.ContainerInstance/containerGroups/containers/logs/read'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource groupsRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, principalId, customRole ? customRoleName : containerInstancesContributor)
  properties: {
    description: 'Patchwright ${installation}: Starting, watching and deleting the container groups of jobs; reading their logs.'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      customRole ? customRoleName : containerInstancesContributor
    )
  }
  dependsOn: [
    role
  ]
}
