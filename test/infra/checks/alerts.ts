import { type Deployment, lastName, ofType, textAt, valueAt } from '../bicep/deployment.ts';
import type { Fault } from '../infrastructure.ts';

const RULES = 'Microsoft.Insights/scheduledQueryRules';
const NO_RUN = 'no-run';

/** Checks that alerts search for messages that the app logs. `sources` is the app's source as one text. */
export function alertFaults(
  deployment: Deployment,
  sources: string,
  guide: string,
): readonly Fault[] {
  const rules = alertRules(deployment);
  return [
    ...(rules.length === 0 ? ['there are no alert rules'] : []),
    ...rules.flatMap(({ name, query }) => [
      ...messagesOf(query)
        .filter((message) => !logs(sources, message))
        .map((message) => `alert ${name}: the app never logs "${message}"`),
      ...(guide.includes(`\`${name}\``) ? [] : [`alert ${name}: docs/operate.md does not name it`]),
    ]),
    ...rules.flatMap(({ name, query }) =>
      fieldsOf(query)
        .filter((field) => !new RegExp(`\\b${field}[,:]`).test(sources))
        .map((field) => `alert ${name}: the app never logs the field ${field}`),
    ),
    ...thresholdFaults(deployment, rules),
    ...noRunFaults(deployment, rules.find(({ name }) => name === NO_RUN)?.query),
    ...receiverFaults(deployment),
  ];
}

/** The alerts on counts of a run: the parameter's key, and its value by default. */
const COUNT_RULES = {
  'targets-failed': ['failed', 1],
  'targets-rejected': ['rejected', 1],
  'many-failed': ['failedPercent', 10],
  'no-builder': ['noBuilder', 1],
  'quota-reached': ['quota', 1],
  'deadline-reached': ['runDeadline', 1],
} as const;

/** Each alert on a count is raised from its parameter on, and 0 leaves it out. */
function thresholdFaults(
  { parameters }: Deployment,
  rules: ReturnType<typeof alertRules>,
): Fault[] {
  const given = Object.entries(parameters.alertFrom ?? {});
  return Object.entries(COUNT_RULES).flatMap(([name, [key, usual]]) => {
    const least = given.find(([one]) => one === key)?.[1] ?? usual;
    const query = rules.find((rule) => rule.name === name)?.query;
    if (least === 0) return query === undefined ? [] : [`alert ${name}: 0 does not leave it out`];
    return query?.endsWith(` >= ${least}`) === true
      ? []
      : [`alert ${name}: it is not raised from ${least} on`];
  });
}

function alertRules(deployment: Deployment) {
  const [app] = ofType(deployment, 'Microsoft.Web/sites');
  return ofType(deployment, RULES).map((rule) => ({
    name: lastName(rule).slice(`${app?.name}-`.length),
    query: textAt(valueAt(rule, 'properties', 'criteria', 'allOf', '0'), 'query'),
  }));
}

/** Checks that no-run stays quiet before a first run, and that it can be disabled: a rule sees two days. */
function noRunFaults({ parameters }: Deployment, query: string | undefined): Fault[] {
  const { maxHoursWithoutRun: hours = 26 } = parameters;
  if (hours === 0) {
    return query === undefined ? [] : ['alert no-run: maxHoursWithoutRun 0 does not disable it'];
  }
  const limit = `ago(${String(hours)}h)`;
  const quiet = `runs == 0 and (isnull(first) or first < ${limit})`;
  return query?.includes(`first = min(TimeGenerated) | where ${quiet}`) === true
    ? []
    : ['alert no-run: it fires before the app has logged for that long'];
}

/** Checks that alerts and the budget notify every configured receiver. */
function receiverFaults(deployment: Deployment): Fault[] {
  const { alertEmail, actionGroupId, monthlyBudget } = deployment.parameters;
  const rules = ofType(deployment, RULES).map((rule) => JSON.stringify(rule));
  const [budget] = ofType(deployment, 'Microsoft.Consumption/budgets');
  const notifications = Object.values(valueAt(budget, 'properties', 'notifications') ?? {});
  const notified = notifications.map((one) => JSON.stringify(one));
  return [
    ...[actionGroupId, alertEmail === undefined ? undefined : '/actionGroups/ag-']
      .filter((receiver) => typeof receiver === 'string')
      .filter((receiver) => !rules.every((rule) => rule.includes(receiver)))
      .map((receiver) => `an alert does not notify ${receiver}`),
    ...(monthlyBudget !== undefined && notified.length === 0 ? ['there is no budget'] : []),
    ...[actionGroupId, alertEmail]
      .filter((receiver) => typeof receiver === 'string')
      .filter((receiver) => !notified.every((one) => one.includes(receiver)))
      .map((receiver) => `the budget does not notify ${receiver}`),
  ];
}

function messagesOf(query: string): readonly string[] {
  return [...query.matchAll(/Message startswith '([^']+)'/g)].map(([, message = '']) => message);
}

/** The fields of the logged JSON that a query reads. */
function fieldsOf(query: string): readonly string[] {
  return [...query.matchAll(/\brun\.(\w+)/g)].map(([, field = '']) => field);
}

/** True if the sources contain the message as a string literal. */
function logs(sources: string, message: string): boolean {
  return sources.includes(`'${message}'`);
}
