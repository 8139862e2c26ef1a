@description('Name of the storage account.')
param storageName string

@description('Principal of the topic\'s identity.')
param principalId string

var queueMessageSender = 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'

resource storage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: storageName

  resource queueService 'queueServices' existing = {
    name: 'default'

    resource pushes 'queues' existing = {
      name: 'patchwright-pushes'
    }
  }
}

resource senderRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage::queueService::pushes
  name: guid(storage::queueService::pushes.id, principalId, queueMessageSender)
  properties: {
    description: 'Putting push events into this one queue.'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueMessageSender)
  }
}
