/** Tells whether a path, relative to the root and with `/`, is left out. */
export type Ignore = (path: string) => boolean;

/**
 * Reads a `.funcignore` as Azure Functions Core Tools do, which is not as git does: a line matches from
 * the start of the path and need not reach its end, `*` is one or more characters but `/`, `**` one or
 * more of any. A path that a `!` line matches is kept, whatever its place.
 * Source: azure-functions-core-tools, `Common/GitIgnoreParser.cs`.
 */
export function parseFuncignore(text: string): Ignore {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const kept = lines.filter((line) => line.startsWith('!')).map((line) => pattern(line.slice(1)));
  const ignored = lines.filter((line) => !line.startsWith('!')).map(pattern);
  return (path) => ignored.some((one) => one.test(path)) && !kept.some((one) => one.test(path));
}

function pattern(line: string): RegExp {
  const parts = line.replace(/^\//, '').split(/(\*\*|\*)/);
  const source = parts.map((part) => {
    if (part === '**') return '.+';
    return part === '*' ? '[^/]+' : part.replaceAll(/[-[\]/{}()+?.\\^$|]/g, '\\$&');
  });
  return new RegExp(`^${source.join('')}`);
}
