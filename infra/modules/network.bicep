@description('Name of the network.')
param name string

@description('Name of the app, which is part of the role\'s name.')
param installation string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Address space, /24 or larger.')
param addressPrefix string

@description('Principal of the app\'s identity.')
param principalId string

@description('Port of a remote BuildKit; empty for none.')
param buildkitPort string

@description('Address or range in which the groups reach this port; * for every address.')
param buildkitPrefix string

var endpoints = cidrSubnet(addressPrefix, 26, 2)

// A patch group runs programs of the images as root. It needs the internet, and nothing inside.
var outboundRules = concat(
  [
    {
      name: 'storage-and-registry-endpoints'
      access: 'Allow'
      protocol: 'Tcp'
      ports: ['443']
      to: endpoints
    }
  ],
  empty(buildkitPort)
    ? []
    : [
        {
          name: 'buildkit'
          access: 'Allow'
          protocol: 'Tcp'
          ports: [buildkitPort]
          to: buildkitPrefix
        }
      ],
  [
    {
      name: 'nothing-inside'
      access: 'Deny'
      protocol: '*'
      ports: ['*']
      to: 'VirtualNetwork'
    }
    {
      name: 'registry-storage-and-package-sources'
      access: 'Allow'
      protocol: 'Tcp'
      ports: ['80', '443']
      to: 'Internet'
    }
    {
      name: 'nothing-else'
      access: 'Deny'
      protocol: '*'
      ports: ['*']
      to: '*'
    }
  ]
)

var joinRoleName = guid(resourceGroup().id, installation, 'patchwright-subnet-join')

resource outgoing 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: 'pip-${name}'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource nat 'Microsoft.Network/natGateways@2025-05-01' = {
  name: 'nat-${name}'
  location: location
  tags: tags
  sku: {
    name: 'Standard'
  }
  properties: {
    publicIpAddresses: [
      {
        id: outgoing.id
      }
    ]
  }
}

resource groupsSecurity 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: 'nsg-${name}'
  location: location
  tags: tags
  properties: {
    securityRules: concat(
      map(outboundRules, (rule, index) => {
        name: rule.name
        properties: {
          priority: 100 + 10 * index
          direction: 'Outbound'
          access: rule.access
          protocol: rule.protocol
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: rule.to
          destinationPortRanges: rule.ports
        }
      }),
      [
        {
          name: 'nobody'
          properties: {
            priority: 100
            direction: 'Inbound'
            access: 'Deny'
            protocol: '*'
            sourceAddressPrefix: '*'
            sourcePortRange: '*'
            destinationAddressPrefix: '*'
            destinationPortRange: '*'
          }
        }
      ]
    )
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [addressPrefix]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          natGateway: {
            id: nat.id
          }
          delegations: [
            {
              name: 'app'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'groups'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          natGateway: {
            id: nat.id
          }
          networkSecurityGroup: {
            id: groupsSecurity.id
          }
          delegations: [
            {
              name: 'groups'
              properties: {
                serviceName: 'Microsoft.ContainerInstance/containerGroups'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpoints
        }
      }
    ]
  }

  resource appSubnet 'subnets' existing = {
    name: 'app'
  }

  resource groupsSubnet 'subnets' existing = {
    name: 'groups'
  }

  resource endpointsSubnet 'subnets' existing = {
    name: 'endpoints'
  }
}

resource joinRole 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: joinRoleName
  properties: {
    roleName: 'Patchwright Subnet Join (${installation})'
    description: 'Puts container groups into a subnet.'
    type: 'CustomRole'
    assignableScopes: [
      resourceGroup().id
    ]
    permissions: [
      {
        actions: [
          'Microsoft.Network/virtualNetworks/subnets/read'
          'Microsoft.Network/virtualNetworks/subnets/join/action'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource subnetRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: network::groupsSubnet
  name: guid(network::groupsSubnet.id, principalId, joinRoleName)
  properties: {
    description: 'Putting container groups into their subnet.'
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', joinRoleName)
  }
  dependsOn: [
    joinRole
  ]
}

output networkId string = network.id
output appSubnetId string = network::appSubnet.id
output groupsSubnetId string = network::groupsSubnet.id
output endpointsSubnetId string = network::endpointsSubnet.id
output outgoingAddress string = outgoing.properties.ipAddress
