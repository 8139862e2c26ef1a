@description('Name of the topic and of its subscription.')
param name string

@description('Name of the registry.')
param registryName string

@description('Tags.')
param tags object

@description('Resource id of the storage account with the queue.')
param storageId string

@description('Its subscription.')
param storageSubscriptionId string

@description('Its resource group.')
param storageResourceGroup string

@description('Its name.')
param storageName string

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' existing = {
  name: registryName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  location: registry.location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    source: registry.id
    topicType: 'Microsoft.ContainerRegistry.Registries'
  }
}

module sender 'push-sender.bicep' = {
  name: 'patchwright-push-sender'
  scope: resourceGroup(storageSubscriptionId, storageResourceGroup)
  params: {
    storageName: storageName
    principalId: topic.identity.principalId
  }
}

resource delivery 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: name
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    deliveryWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          resourceId: storageId
          queueName: 'patchwright-pushes'
          queueMessageTimeToLiveInSeconds: 86400
        }
      }
    }
    filter: {
      includedEventTypes: [
        'Microsoft.ContainerRegistry.ImagePushed'
      ]
      // Our own repositories: a patch that is staged must not start another run.
      advancedFilters: [
        {
          operatorType: 'StringNotBeginsWith'
          key: 'data.target.repository'
          values: [
            'patchwright/'
            'csscpolicies/'
          ]
        }
      ]
    }
    retryPolicy: {
      maxDeliveryAttempts: 30
      eventTimeToLiveInMinutes: 1440
    }
  }
  dependsOn: [
    sender
  ]
}
