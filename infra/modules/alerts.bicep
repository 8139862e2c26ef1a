@description('Name of the app, which is the AppRoleName of its logs.')
param appName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Workspace of the logs.')
param workspaceId string

@description('Email address to notify; empty: none.')
param email string

@description('Action group of the user; empty: none.')
param actionGroupId string

@description('Hours without a completed run; 0: no such rule.')
param maxHoursWithoutRun int

// Each rule searches for one static message of the app's log. The window is longer than the interval of
// evaluation, because a log line may arrive minutes late.
var traces = 'AppTraces | where AppRoleName =~ \'${appName}\''
// The range of a rule is at most two days. The rule fires only if the first line is older than the limit,
// so that a new installation is quiet, or if two days have no line at all, because the app is down.
var noRunRules = maxHoursWithoutRun == 0
  ? []
  : [
      {
        name: 'no-run'
        display: 'No run completed in time'
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
    display: 'A message failed too often and became a poison message'
    severity: 2
    frequency: 'PT15M'
    window: 'PT30M'
    range: null
    query: '${traces} | where Message startswith \'poison message kept\''
  }
  {
    name: 'group-expired'
    display: 'A container group ran past its expiry'
    severity: 2
    frequency: 'PT15M'
    window: 'PT30M'
    range: null
    query: '${traces} | where Message startswith \'expired group deleted\''
  }
  {
    name: 'function-failed'
    display: 'Functions fail repeatedly'
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
      // The tables exist only after the first log line.
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
