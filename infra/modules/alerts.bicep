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

@description('Targets of one run from which each alert is raised; 0: no such rule.')
param alertFrom {
  failed: int?
  rejected: int?
  failedPercent: int?
  noBuilder: int?
  quota: int?
  runDeadline: int?
}

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
// The counts of an ended run, which its last line has as JSON.
var endedRuns = '${traces} | where Message startswith \'run completed\' or Message startswith \'run failed\' or Message startswith \'run canceled\' | extend run = parse_json(extract(\'[{].*[}]\', 0, Message))'
var counted = [
  {
    name: 'targets-failed'
    display: 'Targets of a run failed'
    severity: 2
    from: alertFrom.?failed ?? 1
    value: 'toint(run.failed)'
  }
  {
    name: 'targets-rejected'
    display: 'Patches of a run were rejected'
    severity: 2
    from: alertFrom.?rejected ?? 1
    value: 'toint(run.rejected)'
  }
  {
    name: 'many-failed'
    display: 'Many targets of a run failed or were rejected'
    severity: 1
    from: alertFrom.?failedPercent ?? 10
    value: 'iff(toint(run.targets) > 0, 100.0 * (toint(run.failed) + toint(run.rejected)) / toint(run.targets), 0.0)'
  }
  {
    name: 'no-builder'
    display: 'No builder works, so that a run patched nothing'
    severity: 1
    from: alertFrom.?noBuilder ?? 1
    value: 'toint(run.noBuilder)'
  }
  {
    name: 'quota-reached'
    display: 'A quota kept targets of a run from being patched'
    severity: 2
    from: alertFrom.?quota ?? 1
    value: 'toint(run.quota)'
  }
  {
    name: 'deadline-reached'
    display: 'A run ended before the turn of some targets'
    severity: 2
    from: alertFrom.?runDeadline ?? 1
    value: 'toint(run.runDeadline)'
  }
]
var countRules = map(filter(counted, one => one.from > 0), one => {
  name: one.name
  display: one.display
  severity: one.severity
  frequency: 'PT15M'
  window: 'PT30M'
  range: null
  query: '${endedRuns} | where ${one.value} >= ${one.from}'
})
var rules = concat(noRunRules, countRules, [
  {
    name: 'run-with-failures'
    display: 'A run completed with failures'
    severity: 3
    frequency: 'PT15M'
    window: 'PT30M'
    range: null
    query: '${traces} | where Message startswith \'run completed with failures\''
  }
  {
    name: 'no-targets'
    display: 'A run looked at no image'
    severity: 2
    frequency: 'PT15M'
    window: 'PT30M'
    range: null
    query: '${endedRuns} | where Message startswith \'run completed\' and toint(run.targets) == 0'
  }
  {
    name: 'database-old'
    display: 'The vulnerability database is old'
    severity: 2
    frequency: 'PT15M'
    window: 'PT30M'
    range: null
    query: '${traces} | where Message startswith \'database is old\''
  }
  {
    name: 'webhook-given-up'
    display: 'Events were not told to the webhook'
    severity: 2
    frequency: 'PT15M'
    window: 'PT30M'
    range: null
    query: '${traces} | where Message startswith \'webhook given up\''
  }
  {
    name: 'webhook-gone'
    display: 'The webhook wants no event any more'
    severity: 2
    frequency: 'PT15M'
    window: 'PT30M'
    range: null
    query: '${traces} | where Message startswith \'webhook gone\''
  }
  {
    name: 'timer-missed'
    display: 'A timer of the app did not fire'
    severity: 2
    frequency: 'PT15M'
    window: 'PT30M'
    range: null
    query: '${traces} | where Message startswith \'timer missed\''
  }
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
