import type { Node } from 'web-tree-sitter';
import type { Value } from './bicep-file.ts';

/** Reads one expression of the syntax tree. Interpolated strings stay what is written. */
export function readValue(node: Node): Value {
  const { text } = node;
  const parts = node.namedChildren.filter((child) => child.type !== 'comment');
  switch (node.type) {
    case 'string': {
      const literal = literalString(parts);
      return literal === undefined
        ? { kind: 'other', text }
        : { kind: 'literal', value: literal, text };
    }
    case 'number':
      return { kind: 'literal', value: Number(text), text };
    case 'boolean':
      return { kind: 'literal', value: text === 'true', text };
    case 'null':
      return { kind: 'literal', value: null, text };
    case 'object':
      return { kind: 'object', entries: readEntries(node), text };
    case 'array':
      return { kind: 'array', items: parts.map(readValue), text };
    case 'call_expression': {
      const [callee, list] = parts;
      const given = list?.type === 'arguments' ? list.namedChildren.map(readValue) : [];
      return { kind: 'call', name: callee?.text ?? '', arguments: given, text };
    }
    case 'ternary_expression': {
      const [, whenTrue, whenFalse] = parts;
      if (whenTrue === undefined || whenFalse === undefined) return { kind: 'other', text };
      return {
        kind: 'choice',
        whenTrue: readValue(whenTrue),
        whenFalse: readValue(whenFalse),
        text,
      };
    }
    case 'identifier':
      return { kind: 'name', text };
    default:
      return { kind: 'other', text };
  }
}

/** The entries of an object, without the resources that are nested in it. */
export function readEntries(node: Node): ReadonlyMap<string, Value> {
  const entries = new Map<string, Value>();
  for (const property of node.namedChildren.filter((child) => child.type === 'object_property')) {
    const [key, value] = property.namedChildren.filter((child) => child.type !== 'comment');
    if (key !== undefined && value !== undefined) entries.set(keyOf(key), readValue(value));
  }
  return entries;
}

function keyOf(key: Node): string {
  return key.type === 'string' ? (literalString(key.namedChildren) ?? key.text) : key.text;
}

/** Undefined where something is interpolated. */
export function literalString(parts: readonly Node[]): string | undefined {
  const texts = parts.map((part) => {
    if (part.type === 'string_content') return part.text;
    return part.type === 'escape_sequence' ? part.text.slice(1) : undefined;
  });
  return texts.includes(undefined) ? undefined : texts.join('');
}
