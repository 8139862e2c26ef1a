import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BicepFile } from './bicep/bicep-file.ts';
import type { ParseBicep } from './bicep/parse-bicep.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Path below `infra/` → text. */
export type BicepTexts = ReadonlyMap<string, string>;

/** What a check found wrong, as a sentence for people; none: it is right. */
export type Fault = string;

export interface Infrastructure {
  readonly files: readonly BicepFile[];
  /** Throws where it is not there: checks name the file that they are about. */
  file(path: string): BicepFile;
}

export function readBicepTexts(): BicepTexts {
  const folder = join(ROOT, 'infra');
  const names = [
    'main.bicep',
    ...readdirSync(join(folder, 'modules')).map((name) => `modules/${name}`),
  ];
  const files = names.filter((name) => name.endsWith('.bicep'));
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

export function readInfrastructure(parse: ParseBicep, texts: BicepTexts): Infrastructure {
  const files = [...texts].map(([path, text]) => parse(path, text));
  return {
    files,
    file(path) {
      const found = files.find((one) => one.path === path);
      if (found === undefined) throw new Error(`there is no infra/${path}`);
      return found;
    },
  };
}

/** A file of the repository, from its root. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}
