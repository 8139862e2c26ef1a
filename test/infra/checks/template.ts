import { modulesOf, type Template } from '../bicep/template.ts';
import type { Fault } from '../infrastructure.ts';

/** The modules that a module must wait for although it reads no output of them. */
const WAITS: readonly (readonly [module: string, other: string])[] = [
  ['identity', 'appGroup'],
  ['containerGroups', 'jobsGroup'],
  ['app', 'containerGroups'],
  ['app', 'storageEndpoints'],
  ['noAuthentication', 'app'],
];

/** Checks the order of the modules and finds outputs that nothing reads. */
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
        .map((name) => `${symbol} has the output ${name}, which main.bicep does not read`),
    ),
  ];
}
