import type { Node } from 'web-tree-sitter';
import type { Use } from './bicep-file.ts';

/** Where a name is declared, its node is not a use: the first child of these. */
const DECLARATIONS: ReadonlySet<string> = new Set([
  'metadata_declaration',
  'parameter_declaration',
  'variable_declaration',
  'resource_declaration',
  'module_declaration',
  'output_declaration',
  'object_property',
]);

/** Every use of a name that the file itself must declare, or that is a function. */
export function readUses(root: Node): readonly Use[] {
  const uses: Use[] = [];
  visit(root, new Set(), uses);
  return uses;
}

/** `local` are the names of loops and lambdas around this node. */
function visit(node: Node, local: ReadonlySet<string>, uses: Use[]): void {
  if (node.type === 'decorator' || node.type === 'type') return;
  if (node.type === 'identifier') {
    if (!isDeclared(node) && !local.has(node.text)) uses.push(useOf(node));
    return;
  }
  const inside = new Set([...local, ...namesOf(node)]);
  for (const child of node.namedChildren) visit(child, inside, uses);
}

function isDeclared(node: Node): boolean {
  const parent = node.parent;
  if (parent === null) return false;
  if (parent.type === 'resource_expression') return parent.namedChildren[0]?.id !== node.id;
  return DECLARATIONS.has(parent.type) && parent.namedChildren[0]?.id === node.id;
}

/** What a loop or a lambda names, for all that is inside it. */
function namesOf(node: Node): readonly string[] {
  const [first] = node.namedChildren;
  if (first === undefined) return [];
  if (node.type === 'for_statement') return first.text.replaceAll(/[()\s]/g, '').split(',');
  if (node.type !== 'lambda_expression') return [];
  return first.text.replaceAll(/[()\s]/g, '').split(',');
}

function useOf(node: Node): Use {
  const after = node.tree.rootNode.text.slice(node.endIndex, node.endIndex + 100);
  return {
    name: node.text,
    line: node.startPosition.row + 1,
    output: /^\s*[!?]?\.\??outputs\.\??(\w+)/.exec(after)?.[1],
    // Inside an array the grammar takes a call for two items: the parenthesis tells.
    called: after.startsWith('('),
  };
}
