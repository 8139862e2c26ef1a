/** A Bicep expression, as far as it is known without evaluating it. `text` is how it is written. */
export type Value = { readonly text: string } & (
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, Value> }
  | { readonly kind: 'array'; readonly items: readonly Value[] }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Value[] }
  | { readonly kind: 'choice'; readonly whenTrue: Value; readonly whenFalse: Value }
  /** A name of the file: a parameter, variable, resource or module. */
  | { readonly kind: 'name' }
  | { readonly kind: 'other' }
);

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly fallback: Value | undefined;
  /** Decorator → its first argument. */
  readonly decorators: ReadonlyMap<string, Value | undefined>;
}

export interface Resource {
  readonly symbol: string;
  /** In full, for one nested in its parent too. */
  readonly type: string;
  readonly apiVersion: string;
  readonly existing: boolean;
  /** What it is made for each of; undefined: it is made once. */
  readonly over: string | undefined;
  readonly properties: ReadonlyMap<string, Value>;
}

export interface Module {
  readonly symbol: string;
  /** As written: relative to the file. */
  readonly path: string;
  readonly properties: ReadonlyMap<string, Value>;
}

export interface Output {
  readonly name: string;
  readonly value: Value | undefined;
  readonly described: boolean;
}

/** One use of a name inside an expression. */
export interface Use {
  readonly name: string;
  readonly line: number;
  /** The rest of `module.outputs.NAME`, where it is that. */
  readonly output: string | undefined;
  readonly called: boolean;
}

export interface BicepFile {
  readonly path: string;
  readonly text: string;
  readonly targetScope: string;
  readonly parameters: readonly Parameter[];
  readonly variables: ReadonlyMap<string, Value>;
  readonly resources: readonly Resource[];
  readonly modules: readonly Module[];
  readonly outputs: readonly Output[];
  readonly uses: readonly Use[];
  /** `line: what could not be read`. */
  readonly syntaxErrors: readonly string[];
}

/** Follows a name to the variable that it stands for. */
export function resolve(file: BicepFile, value: Value | undefined): Value | undefined {
  if (value?.kind !== 'name') return value;
  return file.variables.get(value.text) ?? value;
}

/** The text of a string literal, through a variable too. */
export function stringOf(file: BicepFile, value: Value | undefined): string | undefined {
  const found = resolve(file, value);
  return found?.kind === 'literal' && typeof found.value === 'string' ? found.value : undefined;
}

/** The string literals of an array, through a variable too. */
export function stringsOf(file: BicepFile, value: Value | undefined): readonly string[] {
  const found = resolve(file, value);
  if (found?.kind !== 'array') return [];
  return found.items.map((item) => stringOf(file, item)).filter((text) => text !== undefined);
}

/** `properties`, `policy`, `rules`: the value at the end of a way through objects. */
export function at(
  properties: ReadonlyMap<string, Value>,
  ...way: readonly string[]
): Value | undefined {
  const [first = '', ...rest] = way;
  const value = properties.get(first);
  if (rest.length === 0) return value;
  return value?.kind === 'object' ? at(value.entries, ...rest) : undefined;
}
