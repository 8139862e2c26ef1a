import { dirname, join } from 'node:path/posix';
import type { BicepFile } from '../bicep/bicep-file.ts';
import type { Fault, Infrastructure } from '../infrastructure.ts';

/** Functions of Bicep that are used here: one that is not in this list may be misspelt. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  `bool cidrSubnet concat contains deployment empty endsWith environment fail filter guid join length map
   range replace resourceGroup startsWith string subscription subscriptionResourceId substring take
   toLower union uniqueString`.split(/\s+/),
);

/** What a compiler would say first: syntax, names that nothing declares, modules that are not there. */
export function resolveFaults(infra: Infrastructure): readonly Fault[] {
  return infra.files.flatMap((file) => [
    ...file.syntaxErrors.map((error) => `${file.path}:${error} is not Bicep`),
    ...nameFaults(file),
    ...unusedFaults(file),
    ...file.modules.flatMap((module) => moduleFaults(infra, file, module.symbol)),
  ]);
}

function nameFaults(file: BicepFile): Fault[] {
  const declared = new Set([
    ...file.parameters.map(({ name }) => name),
    ...file.variables.keys(),
    ...file.resources.map(({ symbol }) => symbol),
    ...file.modules.map(({ symbol }) => symbol),
  ]);
  return file.uses
    .filter(({ name, called }) => !(called ? FUNCTIONS : declared).has(name))
    .map(({ name, line }) => `${file.path}:${line} uses ${name}, which nothing declares`);
}

function unusedFaults(file: BicepFile): Fault[] {
  const used = new Set(file.uses.map(({ name }) => name));
  const names = [...file.parameters.map(({ name }) => name), ...file.variables.keys()];
  return names
    .filter((name) => !used.has(name))
    .map((name) => `${file.path} declares ${name} and does not use it`);
}

function moduleFaults(infra: Infrastructure, file: BicepFile, symbol: string): Fault[] {
  const module = file.modules.find((one) => one.symbol === symbol);
  const path = join(dirname(file.path), module?.path ?? '');
  const target = infra.files.find((one) => one.path === path);
  if (target === undefined) return [`${file.path} uses ${path}, which is not there`];
  const params = module?.properties.get('params');
  const given = params?.kind === 'object' ? [...params.entries.keys()] : [];
  const known = target.parameters.map(({ name }) => name);
  const needed = target.parameters.filter(({ fallback }) => fallback === undefined);
  const asked = file.uses.filter(({ name, output }) => name === symbol && output !== undefined);
  const outputs = new Set(target.outputs.map(({ name }) => name));
  const read = new Set(asked.map(({ output }) => output));
  return [
    ...given
      .filter((name) => !known.includes(name))
      .map((name) => `${file.path} gives ${path} ${name}, which it does not take`),
    ...needed
      .filter(({ name }) => !given.includes(name))
      .map(({ name }) => `${file.path} does not give ${path} its ${name}`),
    ...asked
      .filter(({ output = '' }) => !outputs.has(output))
      .map(({ output }) => `${file.path} asks ${path} for ${output}, which it does not put out`),
    ...[...outputs]
      .filter((name) => !read.has(name))
      .map((name) => `${path} puts out ${name}, which ${file.path} does not ask for`),
  ];
}
