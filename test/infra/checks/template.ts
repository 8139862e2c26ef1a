import { modulesOf, type Template } from '../bicep/template.ts';
import type { Fault } from '../infrastructure.ts';

/** A module waits for what it needs beyond the outputs that it reads. */
const WAITS: readonly (readonly [module: string, other: string])[] = [
  ['identity', 'appGroup'],
  ['containerGroups', 'jobsGroup'],
  ['app', 'containerGroups'],
  ['app', 'storageEndpoints'],
];

/** What only the compiled template shows: the order of modules, and outputs that nobody reads. */
export function templateFaults(template: Template): readonly Fault[] {
  const text = JSON.stringify(template);
  const modules = modulesOf(template);
  return [
    ...WAITS.filter(
      ([module, other]) => template.resources[module]?.dependsOn.includes(other) !== true,
    ).map(([module, other]) => `main.bicep: ${module} does not wait for ${other}`),
    ...modules.flatMap(({ symbol, outputs }) =>
      Object.keys(outputs)
        .filter((name) => !text.includes(`reference('${symbol}').outputs.${name}.value`))
        .map((name) => `${symbol} puts out ${name}, which main.bicep does not ask for`),
    ),
  ];
}
