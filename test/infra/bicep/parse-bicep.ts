import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Language, type Node, Parser } from 'web-tree-sitter';
import type { BicepFile, Module, Output, Parameter, Resource, Value } from './bicep-file.ts';
import { readUses } from './read-uses.ts';
import { literalString, readEntries, readValue } from './read-value.ts';

export type ParseBicep = (path: string, text: string) => BicepFile;

/** Bicep's grammar for tree-sitter: syntax alone. It knows no types, and Bicep itself may refuse more. */
export async function bicepParser(): Promise<ParseBicep> {
  await Parser.init();
  const grammar = createRequire(import.meta.url).resolve(
    'tree-sitter-bicep/tree-sitter-bicep.wasm',
  );
  const parser = new Parser();
  parser.setLanguage(await Language.load(await readFile(grammar)));
  return (path, text) => {
    const tree = parser.parse(text);
    if (tree === null) throw new Error(`${path} can't be parsed`);
    try {
      return readFileNode(path, text, tree.rootNode);
    } finally {
      tree.delete();
    }
  };
}

function readFileNode(path: string, text: string, root: Node): BicepFile {
  const top = root.namedChildren;
  const of = (type: string) => top.filter((node) => node.type === type);
  const scope = of('target_scope_assignment')[0]?.namedChildren[0];
  return {
    path,
    text,
    targetScope: scope === undefined ? 'resourceGroup' : (literalString(scope.namedChildren) ?? ''),
    parameters: of('parameter_declaration').map(readParameter),
    variables: new Map(of('variable_declaration').map(readVariable)),
    resources: of('resource_declaration').flatMap((node) => readResources(node, undefined)),
    modules: of('module_declaration').map(readModule),
    outputs: of('output_declaration').map(readOutput),
    uses: readUses(root),
    syntaxErrors: errorsIn(root),
  };
}

function readParameter(node: Node): Parameter {
  const [name, type, fallback] = node.namedChildren;
  return {
    name: name?.text ?? '',
    type: type?.text ?? '',
    fallback: fallback === undefined ? undefined : readValue(fallback),
    decorators: decoratorsOf(node),
  };
}

function decoratorsOf(node: Node): ReadonlyMap<string, Value | undefined> {
  const before = node.previousNamedSibling;
  if (before?.type !== 'decorators') return new Map();
  const calls = before.namedChildren.map((decorator) => decorator.namedChildren[0]);
  return new Map(
    calls.map((call) => {
      const [name, list] = call?.namedChildren ?? [];
      const first = list?.namedChildren[0];
      return [name?.text ?? '', first === undefined ? undefined : readValue(first)];
    }),
  );
}

function readVariable(node: Node): readonly [string, Value] {
  const [name, value] = node.namedChildren.filter((child) => child.type !== 'comment');
  if (name === undefined || value === undefined) throw new Error(`no variable: ${node.text}`);
  return [name.text, readValue(value)];
}

/** A resource and those that are nested in it. */
function readResources(node: Node, parent: Resource | undefined): readonly Resource[] {
  const [symbol, type] = node.namedChildren;
  const { body, over } = bodyOf(node);
  const [name = '', version] = (literalString(type?.namedChildren ?? []) ?? '').split('@');
  const resource: Resource = {
    symbol: symbol?.text ?? '',
    type: parent === undefined ? name : `${parent.type}/${name}`,
    apiVersion: version ?? parent?.apiVersion ?? '',
    existing: node.children.some((child) => child.text === 'existing'),
    over,
    properties: body === undefined ? new Map() : readEntries(body),
  };
  const nested = (body?.namedChildren ?? [])
    .flatMap((property) => property.namedChildren)
    .filter((child) => child.type === 'resource_declaration');
  return [resource, ...nested.flatMap((child) => readResources(child, resource))];
}

function readModule(node: Node): Module {
  const [symbol, path] = node.namedChildren;
  const { body } = bodyOf(node);
  return {
    symbol: symbol?.text ?? '',
    path: literalString(path?.namedChildren ?? []) ?? '',
    properties: body === undefined ? new Map() : readEntries(body),
  };
}

/** The object of a declaration, inside its loop and its condition. */
function bodyOf(node: Node): {
  readonly body: Node | undefined;
  readonly over: string | undefined;
} {
  let body = node.namedChildren.at(-1);
  let over: string | undefined;
  while (body !== undefined && body.type !== 'object') {
    if (body.type === 'for_statement') over = body.namedChildren[1]?.text;
    else if (body.type !== 'if_statement') return { body: undefined, over };
    body = body.namedChildren.at(-1);
  }
  return { body, over };
}

function readOutput(node: Node): Output {
  const [name, , value] = node.namedChildren;
  return {
    name: name?.text ?? '',
    value: value === undefined ? undefined : readValue(value),
    described: decoratorsOf(node).has('description'),
  };
}

function errorsIn(node: Node): readonly string[] {
  if (!node.hasError) return [];
  if (node.isError || node.isMissing) {
    return [`${node.startPosition.row + 1}: ${node.text.slice(0, 60)}`];
  }
  return node.children.flatMap(errorsIn);
}
