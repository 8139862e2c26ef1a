@description('Name of the identity.')
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

// The app has two: its own, and one that can only pull. Container groups have none.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output principalId string = identity.properties.principalId
output clientId string = identity.properties.clientId
