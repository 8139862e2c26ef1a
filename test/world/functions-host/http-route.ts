/** A route template compiled: `runs/{id}`, `{id?}`, `{id:int}`, `{*rest}`. */
export interface HttpRoute {
  /** The parameters, decoded; undefined where the path does not match. */
  match(path: string): Readonly<Record<string, string>> | undefined;
  /** How many parts are literal: of two routes that match, the one with more wins. */
  readonly literals: number;
}

const CONSTRAINTS: Readonly<Record<string, string>> = {
  int: '-?\\d+',
  long: '-?\\d+',
  bool: 'true|false',
  guid: '[0-9a-fA-F-]{36}',
  alpha: '[A-Za-z]+',
};

/** `path` and template have no slash at either end. Templates ignore case, as in ASP.NET. */
export function compileRoute(template: string): HttpRoute {
  const names: string[] = [];
  let literals = 0;
  const pattern = template
    .split('/')
    .filter((part) => part !== '')
    .map((part, index) => {
      const slash = index === 0 ? '' : '/';
      const parameter =
        /^\{(?<rest>\*)?(?<name>\w+)(?::(?<constraint>\w+))?(?<optional>\?)?\}$/.exec(part)?.groups;
      if (parameter === undefined) {
        literals += 1;
        return slash + part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      }
      const { name = '', constraint, rest, optional } = parameter;
      names.push(name);
      const value = rest ? '.*' : `(?:${CONSTRAINTS[constraint ?? ''] ?? '[^/]+'})`;
      return optional || rest ? `(?:${slash}(${value}))?` : `${slash}(${value})`;
    })
    .join('');
  const expression = new RegExp(`^${pattern}$`, 'i');
  return {
    literals,
    match(path) {
      const found = expression.exec(path);
      if (found === null) {
        return undefined;
      }
      const values = names.map((name, at) => [name, found[at + 1]] as const);
      return Object.fromEntries(
        values.flatMap(([name, value]) =>
          value === undefined ? [] : [[name, decodeValue(value)]],
        ),
      );
    },
  };
}

/** An escaped slash stays escaped, as in ASP.NET, and so does what is no escape at all. */
function decodeValue(value: string): string {
  return value.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}
