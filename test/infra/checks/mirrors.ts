import type { Value } from '../bicep/bicep-file.ts';
import type { Fault, Infrastructure } from '../infrastructure.ts';

const MIRROR = 'patchwright/mirror/';

/**
 * The cache rules fill just the repositories that the app asks a token for. `expected`: the
 * database's repository and those of Copa's tooling images, as the code names them.
 */
export function mirrorFaults(infra: Infrastructure, expected: readonly string[]): readonly Fault[] {
  const file = infra.file('modules/mirrors.bicep');
  const rules = [...file.variables.values()].flatMap((value) =>
    value.kind === 'array' ? value.items.map(ruleOf) : [],
  );
  const targets = rules.map(({ target }) => target);
  return [
    ...expected
      .filter((name) => !targets.includes(name))
      .map((name) => `no cache rule fills ${name}`),
    ...rules
      .filter(({ target }) => !expected.includes(target))
      .map(({ target }) => `the app never pulls ${target}`),
    ...rules
      .filter(({ source, target }) => target.startsWith(MIRROR) && target !== MIRROR + source)
      .map(({ source, target }) => `${target} is filled from ${source}`),
    ...rules
      .filter(({ name }) => !/^[a-z0-9-]{5,50}$/.test(name))
      .map(({ name }) => `${name} is no name for a cache rule`),
  ];
}

function ruleOf(value: Value) {
  const entries = value.kind === 'object' ? value.entries : new Map<string, Value>();
  const text = (key: string) => {
    const found = entries.get(key);
    return found?.kind === 'literal' ? String(found.value) : '';
  };
  return { name: text('name'), source: text('source'), target: text('target') };
}
