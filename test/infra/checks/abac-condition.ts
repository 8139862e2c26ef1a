/** An action on a repository. */
export interface RegistryRequest {
  /** The full name: `Microsoft.ContainerRegistry/registries/repositories/content/read`. */
  readonly action: string;
  readonly repository: string;
}

const TOKEN =
  /\s*(?:([()!])|(AND|OR)\b|ActionMatches\{'([^']+)'\}|@Request\[([^\]]+)\] (\w+) '([^']*)')/y;
const REPOSITORY = 'Microsoft.ContainerRegistry/registries/repositories:name';

type Word = { readonly kind: '(' | ')' | '!' | 'AND' | 'OR' } | { readonly kind: 'true' | 'false' };

/** Evaluates a role assignment's condition. Throws if it uses syntax that our conditions do not. */
export function allows(condition: string, request: RegistryRequest): boolean {
  const words = [...wordsOf(condition, request)];
  const result = anyOf(words);
  if (words.length > 0) throw new Error(`is not a condition from ${words[0]?.kind} on`);
  return result;
}

function* wordsOf(condition: string, request: RegistryRequest): Generator<Word> {
  const text = condition.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex;
    const [, sign, word, action, attribute, operator = '', value = ''] = TOKEN.exec(text) ?? [];
    if (sign === '(' || sign === ')' || sign === '!') yield { kind: sign };
    else if (word === 'AND' || word === 'OR') yield { kind: word };
    else if (action !== undefined) yield truth(same(action, request.action));
    else if (attribute === REPOSITORY) yield truth(compare(operator, request.repository, value));
    else throw new Error(`is not a condition at ${text.slice(start, start + 60)}`);
  }
}

function anyOf(words: Word[]): boolean {
  let result = allOf(words);
  while (words[0]?.kind === 'OR') {
    words.shift();
    result = allOf(words) || result;
  }
  return result;
}

function allOf(words: Word[]): boolean {
  let result = one(words);
  while (words[0]?.kind === 'AND') {
    words.shift();
    result = one(words) && result;
  }
  return result;
}

function one(words: Word[]): boolean {
  const word = words.shift();
  if (word?.kind === '!') return !one(words);
  if (word?.kind === '(') {
    const result = anyOf(words);
    if (words.shift()?.kind !== ')') throw new Error('lacks a parenthesis');
    return result;
  }
  if (word?.kind === 'true' || word?.kind === 'false') return word.kind === 'true';
  throw new Error(`is not a condition at ${word?.kind ?? 'its end'}`);
}

function compare(operator: string, repository: string, value: string): boolean {
  const starts = same(repository.slice(0, value.length), value);
  switch (operator) {
    case 'StringEqualsIgnoreCase':
      return same(repository, value);
    case 'StringStartsWithIgnoreCase':
      return starts;
    case 'StringNotStartsWithIgnoreCase':
      return !starts;
    default:
      throw new Error(`uses an unknown operator ${operator}`);
  }
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function truth(value: boolean): Word {
  return { kind: value ? 'true' : 'false' };
}
