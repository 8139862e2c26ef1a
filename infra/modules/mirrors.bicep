@description('Name of the registry.')
param registryName string

@description('Credential set for docker.io; empty: no rule for docker.io.')
param dockerHubCredentialSetId string

// Pull-through rules, which follow the upstream's tag. A run resolves the database's tag once and pins the
// digest; Copa pulls its tooling images by tag (see lib/report/tooling-images.ts).
// A target repository must not exist when its rule is created. docker.io needs credentials.
var rules = [
  {
    name: 'patchwright-trivy-db'
    source: 'ghcr.io/aquasecurity/trivy-db'
    target: 'patchwright/trivy-db'
  }
  {
    name: 'patchwright-copa-debian'
    source: 'ghcr.io/project-copacetic/copacetic/debian'
    target: 'patchwright/mirror/ghcr.io/project-copacetic/copacetic/debian'
  }
  {
    name: 'patchwright-copa-ubuntu'
    source: 'ghcr.io/project-copacetic/copacetic/ubuntu'
    target: 'patchwright/mirror/ghcr.io/project-copacetic/copacetic/ubuntu'
  }
  {
    name: 'patchwright-copa-azurelinux'
    source: 'ghcr.io/project-copacetic/copacetic/azurelinux/base/core'
    target: 'patchwright/mirror/ghcr.io/project-copacetic/copacetic/azurelinux/base/core'
  }
  {
    name: 'patchwright-copa-mariner'
    source: 'ghcr.io/project-copacetic/copacetic/cbl-mariner/base/core'
    target: 'patchwright/mirror/ghcr.io/project-copacetic/copacetic/cbl-mariner/base/core'
  }
  {
    name: 'patchwright-mcr-azurelinux'
    source: 'mcr.microsoft.com/azurelinux/base/core'
    target: 'patchwright/mirror/mcr.microsoft.com/azurelinux/base/core'
  }
  {
    name: 'patchwright-mcr-mariner'
    source: 'mcr.microsoft.com/cbl-mariner/base/core'
    target: 'patchwright/mirror/mcr.microsoft.com/cbl-mariner/base/core'
  }
]
var dockerHubRules = [
  {
    name: 'patchwright-hub-debian'
    source: 'docker.io/library/debian'
    target: 'patchwright/mirror/docker.io/library/debian'
  }
  {
    name: 'patchwright-hub-ubuntu'
    source: 'docker.io/library/ubuntu'
    target: 'patchwright/mirror/docker.io/library/ubuntu'
  }
]

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' existing = {
  name: registryName
}

// One at a time, because a registry refuses concurrent changes.
@batchSize(1)
resource cacheRules 'Microsoft.ContainerRegistry/registries/cacheRules@2025-04-01' = [
  for rule in rules: {
    parent: registry
    name: rule.name
    properties: {
      sourceRepository: rule.source
      targetRepository: rule.target
    }
  }
]

@batchSize(1)
resource dockerHubCacheRules 'Microsoft.ContainerRegistry/registries/cacheRules@2025-04-01' = [
  for rule in dockerHubRules: if (!empty(dockerHubCredentialSetId)) {
    parent: registry
    name: rule.name
    properties: {
      sourceRepository: rule.source
      targetRepository: rule.target
      credentialSetResourceId: dockerHubCredentialSetId
    }
    dependsOn: [
      cacheRules
    ]
  }
]
