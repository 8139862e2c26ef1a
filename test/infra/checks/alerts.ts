import { type Deployment, lastName, ofType, textAt, valueAt } from '../bicep/deployment.ts';
import type { Fault } from '../infrastructure.ts';

const RULES = 'Microsoft.Insights/scheduledQueryRules';
const NO_RUN = 'no-run';

/** Alerts look for messages that the app writes: `sources` is the app's source as one text. */
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
    ...noRunFaults(deployment, rules.find(({ name }) => name === NO_RUN)?.query),
    ...receiverFaults(deployment),
  ];
}

function alertRules(deployment: Deployment) {
  const [app] = ofType(deployment, 'Microsoft.Web/sites');
  return ofType(deployment, RULES).map((rule) => ({
    name: lastName(rule).slice(`${app?.name}-`.length),
    query: textAt(valueAt(rule, 'properties', 'criteria', 'allOf', '0'), 'query'),
  }));
}

/** A rule sees two days: one that waits longer, or for a first run ever, must be able to stay quiet. */
function noRunFaults({ parameters }: Deployment, query: string | undefined): Fault[] {
  const { maxHoursWithoutRun: hours = 26 } = parameters;
  if (hours === 0) {
    return query === undefined ? [] : ['alert no-run: maxHoursWithoutRun 0 does not leave it out'];
  }
  const limit = `ago(${String(hours)}h)`;
  const quiet = `runs == 0 and (isnull(first) or first < ${limit})`;
  return query?.includes(`first = min(TimeGenerated) | where ${quiet}`) === true
    ? []
    : ['alert no-run: it is raised before the app has logged for that long'];
}

/** Whoever is named is told, by alerts and by the budget alike. */
function receiverFaults(deployment: Deployment): Fault[] {
  const { alertEmail, actionGroupId, monthlyBudget } = deployment.parameters;
  const rules = ofType(deployment, RULES).map((rule) => JSON.stringify(rule));
  const [budget] = ofType(deployment, 'Microsoft.Consumption/budgets');
  const notifications = Object.values(valueAt(budget, 'properties', 'notifications') ?? {});
  const told = notifications.map((one) => JSON.stringify(one));
  return [
    ...[actionGroupId, alertEmail === undefined ? undefined : '/actionGroups/ag-']
      .filter((receiver) => typeof receiver === 'string')
      .filter((receiver) => !rules.every((rule) => rule.includes(receiver)))
      .map((receiver) => `an alert does not tell ${receiver}`),
    ...(monthlyBudget !== undefined && told.length === 0 ? ['there is no budget'] : []),
    ...[actionGroupId, alertEmail]
      .filter((receiver) => typeof receiver === 'string')
      .filter((receiver) => !told.every((one) => one.includes(receiver)))
      .map((receiver) => `the budget does not tell ${receiver}`),
  ];
}

function messagesOf(query: string): readonly string[] {
  return [...query.matchAll(/Message startswith '([^']+)'/g)].map(([, message = '']) => message);
}

/** As a string literal of its own, which is what a static message is. */
function logs(sources: string, message: string): boolean {
  return sources.includes(`'${message}'`);
}
