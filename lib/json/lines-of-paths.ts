/** A place in a JSON document: the keys and indexes that lead to it. */
export type JsonPath = readonly PropertyKey[];

/** First characters of numbers, `true`, `false` and `null`. */
const STARTS = '-0123456789tfn';

interface Node {
  /** Undefined until the place is found. */
  line: number | undefined;
  readonly children: Map<string, Node>;
}

interface Frame {
  readonly list: boolean;
  readonly node: Node | undefined;
  index: number;
  key: string | undefined;
}

/**
 * Returns the line of each place, counted from 1, in one pass over a text that `JSON.parse` accepts. A
 * place that does not exist has the line of the value in which it is missing.
 */
export function linesOfPaths(text: string, paths: readonly JsonPath[]): readonly number[] {
  const root: Node = { line: undefined, children: new Map() };
  for (const path of paths) addPath(root, path);
  findLines(text, root);
  return paths.map((path) => lineOf(root, path));
}

function addPath(root: Node, path: JsonPath): void {
  let node = root;
  for (const key of path) {
    const next = node.children.get(String(key)) ?? { line: undefined, children: new Map() };
    node.children.set(String(key), next);
    node = next;
  }
}

function lineOf(root: Node, path: JsonPath): number {
  let node = root;
  let line = root.line ?? 1;
  for (const key of path) {
    const next = node.children.get(String(key));
    if (next?.line === undefined) break;
    line = next.line;
    node = next;
  }
  return line;
}

function findLines(text: string, root: Node): void {
  const frames: Frame[] = [];
  let line = 1;
  for (let at = 0; at < text.length; at += 1) {
    const frame = frames.at(-1);
    switch (text[at]) {
      case '\n':
        line += 1;
        break;
      case '{':
      case '[':
        frames.push(newFrame(text[at] === '[', visit(frame, root, line)));
        break;
      case '}':
      case ']':
        frames.pop();
        break;
      case ',':
        if (frame !== undefined) startItem(frame);
        break;
      case '"': {
        const end = endOfString(text, at);
        if (frame?.list === false && frame.key === undefined) {
          // A key's line is that of its value, which may begin on a later line.
          frame.key = frame.node === undefined ? '' : String(JSON.parse(text.slice(at, end + 1)));
        }
        visit(frame, root, line);
        at = end;
        break;
      }
      default:
        if (STARTS.includes(text.charAt(at))) visit(frame, root, line);
    }
  }
}

function newFrame(list: boolean, node: Node | undefined): Frame {
  return { list, node, index: 0, key: undefined };
}

function startItem(frame: Frame): void {
  frame.index += 1;
  frame.key = undefined;
}

/** Notes the line of the value that begins here, if somebody asks for it or for a part of it. */
function visit(frame: Frame | undefined, root: Node, line: number): Node | undefined {
  if (frame === undefined) {
    root.line ??= line;
    return root;
  }
  const node = frame.node?.children.get(frame.list ? String(frame.index) : (frame.key ?? ''));
  if (node !== undefined) node.line = line;
  return node;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
