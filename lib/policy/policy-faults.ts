import * as z from 'zod';
import { linesOfPaths } from '../json/lines-of-paths.ts';
import { truncate } from '../text/truncate.ts';
import { faultLine } from './read-document.ts';

/** Faults that are shown; one more line says that there are more. */
export const MAX_FAULTS = 50;
/** An entry with three faults needs no fourth to be corrected. */
export const MAX_FAULTS_OF_AN_ENTRY = 3;
/** Unknown keys that a warning quotes. */
const MAX_KEYS = 10;
/** In UTF-16 code units, of a quoted key. */
const MAX_KEY = 300;
/** In UTF-16 code units, of a quoted value or a repository's name. */
const MAX_QUOTED = 80;

const Container = z.record(z.string(), z.unknown());

/** Words the faults of the policy for which its schema has no message. */
export const policyWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be of type ${issue.expected}`;
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing';
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return 'must not be empty';
    case 'too_big':
      return `must have at most ${issue.maximum} entries`;
    default:
      return undefined;
  }
};

/** Something wrong at a place of the document. */
export interface PolicyIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** Where it is, if that is more exact than the path. */
  readonly place?: readonly PropertyKey[];
}

/** One line for each issue: where, which value, what is wrong. A longer document has line numbers. */
export function issueLines(
  text: string,
  document: unknown,
  issues: readonly PolicyIssue[],
): readonly string[] {
  const oneLine = !text.trim().includes('\n');
  const lines = oneLine
    ? []
    : linesOfPaths(
        text,
        issues.map(({ path, place }) => place ?? path),
      );
  return issues.map(({ path, message }, at) => {
    const value = valueAt(document, path);
    const quoted =
      typeof value === 'string' ? `${JSON.stringify(truncate(value, MAX_QUOTED))} ` : '';
    const line = oneLine ? '' : `line ${lines[at]}: `;
    return faultLine(`${line}${placeOf(path, document)}: ${quoted}${message}`);
  });
}

/** Warns of the keys of an object that nobody reads, such as a misspelled one. */
export function unknownKeys(
  value: unknown,
  known: ReadonlySet<string>,
  path: readonly PropertyKey[],
): readonly PolicyIssue[] {
  // zod drops the key `__proto__`.
  const all = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const keys = all.filter((key) => !known.has(key));
  const [first] = keys;
  if (first === undefined) return [];
  const quoted = keys.slice(0, MAX_KEYS).map((key) => JSON.stringify(truncate(key, MAX_KEY)));
  const message = `has an unknown key, which has no effect: ${quoted.join(', ')}`;
  return [{ path, message, place: [...path, first] }];
}

/** Formats a path as `repositories[2].tags[1] of team/api`. */
function placeOf(path: readonly PropertyKey[], document: unknown): string {
  if (path.length === 0) return 'the policy';
  const text = path.reduce<string>((parent, key) => {
    if (typeof key === 'number') return `${parent}[${key}]`;
    return parent === '' ? String(key) : `${parent}.${String(key)}`;
  }, '');
  const [list, at, field] = path;
  if (list !== 'repositories' || at === undefined || field === 'repository') return text;
  const name = valueAt(document, [list, at, 'repository']);
  return typeof name === 'string' ? `${text} of ${truncate(name, MAX_QUOTED)}` : text;
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (Array.isArray(value) && typeof key === 'number') return value[key];
    const fields = Container.safeParse(value);
    return fields.success ? fields.data[String(key)] : undefined;
  }, document);
}
