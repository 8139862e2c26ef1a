import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The Bicep compiler, or the reason why there is none. */
export type FoundCompiler =
  | { readonly found: true; readonly path: string }
  | { readonly found: false; readonly why: string };

/** Finds the compiler that PATCHWRIGHT_BICEP names, else `bicep` on PATH. */
export function findCompiler(environment: Readonly<NodeJS.ProcessEnv>): FoundCompiler {
  const named = environment.PATCHWRIGHT_BICEP;
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return { found: true, path: named };
    return { found: false, why: `PATCHWRIGHT_BICEP is ${named}, which cannot be executed` };
  }
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const path = folders.map((folder) => join(folder, 'bicep')).find(isExecutable);
  return path === undefined
    ? {
        found: false,
        why: 'there is no Bicep compiler: neither PATCHWRIGHT_BICEP nor bicep on PATH',
      }
    : { found: true, path };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
