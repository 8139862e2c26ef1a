// Turns App Service's authentication off. main.bicep deploys it after the app's settings say `keys`: before,
// the app would believe the header of any account, and nobody would check it.

@description('Name of the app.')
param appName string

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: appName
}

resource authentication 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: false
    }
  }
}
