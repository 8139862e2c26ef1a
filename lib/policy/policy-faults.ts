import { z } from 'zod';
import { truncate } from '../text/truncate.ts';
import { faultLine } from './read-document.ts';

/** Faults that are shown; one more line says that there are more. */
export const MAX_FAULTS = 50;
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
    case 'unrecognized_keys':
      return `has an unknown key: ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}`;
    case 'too_small':
      return 'must not be empty';
    case 'too_big':
      return `must have at most ${issue.maximum} entries`;
    default:
      return undefined;
  }
};

/** One line for each fault: where, which value, what is wrong. */
export function policyFaults(
  issues: readonly z.core.$ZodIssue[],
  document: unknown,
): readonly string[] {
  const faults = issues.slice(0, MAX_FAULTS).map(({ path, message }) => {
    const value = valueAt(document, path);
    const quoted =
      typeof value === 'string' ? `${JSON.stringify(truncate(value, MAX_QUOTED))} ` : '';
    return faultLine(`${placeOf(path, document)}: ${quoted}${message}`);
  });
  return issues.length > MAX_FAULTS ? [...faults, 'and more faults than are shown'] : faults;
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
