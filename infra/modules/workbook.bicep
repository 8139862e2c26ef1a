@description('Name of the app, which is the AppRoleName of its logs.')
param appName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Workspace of the logs.')
param workspaceId string

var content = replace(replace(loadTextContent('workbook.json'), 'APP_NAME', appName), 'WORKSPACE_ID', workspaceId)

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // Azure requires a GUID.
  name: guid(resourceGroup().id, appName, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Patchwright: ${appName}'
    description: 'Runs, findings and failures over time, from the log.'
    category: 'workbook'
    sourceId: workspaceId
    version: '1.0'
    serializedData: content
  }
}
