import { modulesOf, type Template } from '../bicep/template.ts';
import type { Fault } from '../infrastructure.ts';
import { readParameterFile } from '../parameter-file.ts';

/** Parameters of these types need limits, because they accept any value. */
const BOUNDS = ['allowedValues', 'minLength', 'maxLength', 'minValue', 'maxValue'];
/** Exceptions: empty means none, or Azure itself checks the value. */
const FREE: ReadonlySet<string> = new Set([
  'location',
  'groupsLocation',
  'dockerHubCredentialSetId',
  'buildkitAddress',
  'buildkitAddressPrefix',
  'buildkitVaultUri',
  'webhookVaultUri',
  'alertEmail',
  'actionGroupId',
]);

/** Checks that every parameter has a description and limits, and every output a description. */
export function parameterFaults(template: Template): readonly Fault[] {
  const modules = modulesOf(template).map(({ symbol, parameters }) => ({
    path: `module ${symbol}`,
    parameters,
  }));
  return [
    ...[{ path: 'main.bicep', parameters: template.parameters }, ...modules].flatMap(
      ({ path, parameters }) =>
        Object.entries(parameters)
          .filter(([, { metadata }]) => metadata?.description === undefined)
          .map(([name]) => `${path}: ${name} has no description`),
    ),
    ...Object.entries(template.parameters)
      .filter(([name, { type }]) => /^(?:string|int)$/.test(type ?? '') && !FREE.has(name))
      .filter(([, parameter]) => !BOUNDS.some((bound) => bound in parameter))
      .map(([name]) => `main.bicep: ${name} takes anything`),
    ...Object.entries(template.outputs)
      .filter(([, { metadata }]) => metadata?.description === undefined)
      .map(([name]) => `main.bicep: output ${name} has no description`),
    ...(template.$schema.includes('/subscriptionDeploymentTemplate.json')
      ? []
      : ['main.bicep is not for a subscription']),
  ];
}

/** These decide where an installation is and what it does, so they have no default. */
const DECISIVE: readonly string[] = [
  'environmentName',
  'location',
  'registryPermissionMode',
  'builder',
  'dryRun',
];

/** Checks that the parameter file sets every parameter without a default, and only known ones. */
export function parameterFileFaults(template: Template, bicepparam: string): readonly Fault[] {
  const { parameters } = template;
  const given = [...bicepparam.matchAll(/^param (\w+) =/gm)].map(([, name = '']) => name);
  const read = readParameterFile(bicepparam);
  return [
    ...(bicepparam.includes("using 'main.bicep'") ? [] : ['main.bicepparam uses another template']),
    ...given
      .filter((name) => !(name in parameters))
      .map((name) => `main.bicepparam gives ${name}, which main.bicep does not take`),
    ...Object.entries(parameters)
      .filter(([name, { defaultValue }]) => defaultValue === undefined && !given.includes(name))
      .map(([name]) => `main.bicepparam does not give ${name}`),
    ...DECISIVE.filter(
      (name) => !read.some(({ parameter, optional }) => parameter === name && !optional),
    ).map((name) => `main.bicepparam: a new shell would reset ${name} to a default`),
  ];
}
