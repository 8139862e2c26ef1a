import type { Fault, Infrastructure } from '../infrastructure.ts';
import { readParameterFile } from '../parameter-file.ts';

/** Parameters of these types take any text: what bounds them has to be said. */
const BOUNDS = ['allowed', 'minLength', 'maxLength', 'minValue', 'maxValue'];
/** Empty means none, or Azure itself has the last word on what is in it. */
const FREE: ReadonlySet<string> = new Set([
  'location',
  'groupsLocation',
  'dockerHubCredentialSetId',
  'buildkitAddress',
  'buildkitVaultUri',
  'alertEmail',
  'actionGroupId',
]);

/** Every parameter says what it is for, and what it takes; outputs are described. */
export function parameterFaults(infra: Infrastructure): readonly Fault[] {
  const main = infra.file('main.bicep');
  return [
    ...infra.files.flatMap(({ path, parameters }) =>
      parameters
        .filter(({ decorators }) => !decorators.has('description'))
        .map(({ name }) => `${path}: ${name} has no description`),
    ),
    ...main.parameters
      .filter(({ name, type }) => /^(string|int)$/.test(type) && !FREE.has(name))
      .filter(({ decorators }) => !BOUNDS.some((bound) => decorators.has(bound)))
      .map(({ name }) => `main.bicep: ${name} takes anything`),
    ...main.outputs
      .filter(({ described }) => !described)
      .map(({ name }) => `main.bicep: output ${name} has no description`),
    ...(main.targetScope === 'subscription' ? [] : ['main.bicep is not for a subscription']),
  ];
}

/** Where an installation is, and what it does: a new shell that lacks one of these may not change it. */
const DECISIVE: readonly string[] = [
  'environmentName',
  'location',
  'registryPermissionMode',
  'builder',
  'dryRun',
];

/** The parameter file gives what has no default, and nothing that there is not. */
export function parameterFileFaults(infra: Infrastructure, bicepparam: string): readonly Fault[] {
  const { parameters } = infra.file('main.bicep');
  const given = [...bicepparam.matchAll(/^param (\w+) =/gm)].map(([, name = '']) => name);
  const read = readParameterFile(bicepparam);
  return [
    ...(bicepparam.includes("using 'main.bicep'") ? [] : ['main.bicepparam uses another template']),
    ...given
      .filter((name) => !parameters.some((one) => one.name === name))
      .map((name) => `main.bicepparam gives ${name}, which main.bicep does not take`),
    ...parameters
      .filter(({ name, fallback }) => fallback === undefined && !given.includes(name))
      .map(({ name }) => `main.bicepparam does not give ${name}`),
    ...DECISIVE.filter(
      (name) => !read.some(({ parameter, optional }) => parameter === name && !optional),
    ).map((name) => `main.bicepparam: a new shell would turn ${name} back to a default`),
  ];
}
