/** True if a path, relative to the root and with `/`, is excluded. */
export type Ignore = (path: string) => boolean;

/**
 * Reads a `.funcignore` as Azure Functions Core Tools do, which differs from git: a line matches a
 * prefix of the path, `*` is one or more characters except `/`, `**` one or more of any. A path that
 * any `!` line matches is included.
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
