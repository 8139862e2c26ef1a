import type { BicepFile, Value } from '../bicep/bicep-file.ts';
import type { Fault, Infrastructure } from '../infrastructure.ts';

export interface AlertRule {
  readonly name: string;
  /** Messages of the log that it looks for, by their beginning. */
  readonly messages: readonly string[];
}

/** Alerts look for messages that the app writes: `sources` is the app's source as one text. */
export function alertFaults(
  infra: Infrastructure,
  sources: string,
  guide: string,
): readonly Fault[] {
  const rules = alertRules(infra.file('modules/alerts.bicep'));
  return [
    ...(rules.length === 0 ? ['there are no alert rules'] : []),
    ...rules.flatMap(({ name, messages }) => [
      ...messages
        .filter((message) => !logs(sources, message))
        .map((message) => `alert ${name}: the app never logs "${message}"`),
      ...(guide.includes(`\`${name}\``) ? [] : [`alert ${name}: docs/operate.md does not name it`]),
    ]),
  ];
}

export function alertRules(file: BicepFile): readonly AlertRule[] {
  const rules = file.variables.get('rules');
  return rules?.kind === 'array' ? rules.items.map(ruleOf) : [];
}

function ruleOf(value: Value): AlertRule {
  const entries = value.kind === 'object' ? value.entries : new Map<string, Value>();
  const name = entries.get('name');
  const query = entries.get('query')?.text ?? '';
  const messages = [...query.matchAll(/Message startswith \\'([^']+)\\'/g)];
  return {
    name: name?.kind === 'literal' ? String(name.value) : '',
    messages: messages.map(([, message = '']) => message),
  };
}

/** As a string literal of its own, which is what a static message is. */
function logs(sources: string, message: string): boolean {
  return sources.includes(`'${message}'`);
}
