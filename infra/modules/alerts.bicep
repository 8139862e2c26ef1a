@description('Name of the app: its logs carry it as AppRoleName.')
param appName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('The workspace with the logs.')
param workspaceId string

@description('Address to write to; empty: none.')
param email string

@description('An action group of the user\'s; empty: none.')
param actionGroupId string

@description('Hours without a completed run; 0: no such rule.')
param maxHoursWithoutRun int

// Each of these looks for one message of the app's log, by its static text. A window is longer than the
// time between two looks, since a log line may arrive minutes late.
var traces = 'AppTraces | where AppRoleName =~ \'${appName}\''
// A rule can look two days back. It waits until the app has logged for as long as the limit, so that a
// new installation is quiet; where there is not one line left of two days, the app is down.
var noRunRules = maxHoursWithoutRun == 0
  ? []
  : [
      {
        name: 'no-run'
        display: 'No run was completed in time'
        severity: 1
        frequency: 'PT1H'
        window: 'P1D'
        range: 'P2D'
        query: '${traces} | summarize runs = countif(Message startswith \'run completed\' and TimeGenerated > ago(${maxHoursWithoutRun}h)), first = min(TimeGenerated) | where runs == 0 and (isnull(first) or first < ago(${maxHoursWithoutRun}h))'
      }
    ]
var rules = concat(noRunRules, [
  {
    name: 'run-failed'
    display: 'A run ended as failed'
    severity: 1
    frequency: 'PT15M'
    window: 'PT30M'
    range: null
    query: '${traces} | where Message startswith \'run failed\''
  }
  {
    name: 'poison-message'
    display: 'A message failed too often and was put aside'
    severity: 2
    frequency: 'PT15M'
    window: 'PT30M'
    range: null
    query: '${traces} | where Message startswith \'poison message kept\''
  }
  {
    name: 'group-expired'
    display: 'A container group outlived its expiry'
    severity: 2
    frequency: 'PT15M'
    window: 'PT30M'
    range: null
    query: '${traces} | where Message startswith \'expired group deleted\''
  }
  {
    name: 'function-failed'
    display: 'Functions fail again and again'
    severity: 2
    frequency: 'PT15M'
    window: 'PT1H'
    range: null
    query: 'AppRequests | where AppRoleName =~ \'${appName}\' | where Success == false | summarize failures = count() | where failures >= 10'
  }
])

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-${appName}'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'patchwright'
    emailReceivers: [
      {
        name: 'email'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

var ownGroup = empty(email) ? [] : [actionGroup!.id]
var givenGroup = empty(actionGroupId) ? [] : [actionGroupId]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: '${appName}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Patchwright: ${rule.display}'
      description: 'What to do: docs/operate.md, ${rule.name}.'
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: rule.frequency
      windowSize: rule.window
      overrideQueryTimeRange: rule.range
      autoMitigate: true
      // The tables are there only after the first log line.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      actions: {
        actionGroups: concat(ownGroup, givenGroup)
      }
    }
  }
]
