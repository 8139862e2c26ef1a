import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

/** What a check found wrong, as a sentence for people; none: it is right. */
export type Fault = string;

/** A file of the repository, from its root. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
