import { type BicepFile, resolve, type Value } from '../bicep/bicep-file.ts';
import type { Fault, Infrastructure } from '../infrastructure.ts';

export interface AlertRule {
  readonly name: string;
  readonly query: string;
  /** Messages of the log that it looks for, by their beginning. */
  readonly messages: readonly string[];
  /** Whether a parameter can leave it out. */
  readonly optional: boolean;
}

/** Alerts look for messages that the app writes: `sources` is the app's source as one text. */
export function alertFaults(
  infra: Infrastructure,
  sources: string,
  guide: string,
): readonly Fault[] {
  const file = infra.file('modules/alerts.bicep');
  const rules = alertRules(file);
  return [
    ...(rules.length === 0 ? ['there are no alert rules'] : []),
    ...rules.flatMap(({ name, messages }) => [
      ...messages
        .filter((message) => !logs(sources, message))
        .map((message) => `alert ${name}: the app never logs "${message}"`),
      ...(guide.includes(`\`${name}\``) ? [] : [`alert ${name}: docs/operate.md does not name it`]),
    ]),
    ...noRunFaults(rules.find(({ name }) => name === 'no-run')),
  ];
}

/** A rule sees two days: one that waits longer, or for a first run ever, must be able to hold its peace. */
function noRunFaults(rule: AlertRule | undefined): Fault[] {
  const limit = `ago(\${maxHoursWithoutRun}h)`;
  const quiet = `runs == 0 and (isnull(first) or first < ${limit})`;
  return [
    ...(rule?.optional === true ? [] : ['alert no-run: no parameter leaves it out']),
    ...(rule?.query.includes(`first = min(TimeGenerated) | where ${quiet}`) === true
      ? []
      : ['alert no-run: it is raised before the app has logged for that long']),
  ];
}

function alertRules(file: BicepFile): readonly AlertRule[] {
  return rulesOf(file, file.variables.get('rules'), false);
}

function rulesOf(file: BicepFile, value: Value | undefined, optional: boolean): AlertRule[] {
  const found = resolve(file, value);
  switch (found?.kind) {
    case 'array':
      return found.items.map((item) => ruleOf(item, optional));
    case 'call':
      return found.arguments.flatMap((argument) => rulesOf(file, argument, optional));
    case 'choice':
      return [found.whenTrue, found.whenFalse].flatMap((side) => rulesOf(file, side, true));
    default:
      return [];
  }
}

function ruleOf(value: Value, optional: boolean): AlertRule {
  const entries = value.kind === 'object' ? value.entries : new Map<string, Value>();
  const name = entries.get('name');
  const query = entries.get('query')?.text ?? '';
  const messages = [...query.matchAll(/Message startswith \\'([^']+)\\'/g)];
  return {
    name: name?.kind === 'literal' ? String(name.value) : '',
    query,
    messages: messages.map(([, message = '']) => message),
    optional,
  };
}

/** As a string literal of its own, which is what a static message is. */
function logs(sources: string, message: string): boolean {
  return sources.includes(`'${message}'`);
}
