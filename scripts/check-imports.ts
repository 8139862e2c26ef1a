import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { MAY_IMPORT, ORDER } from './import-rules.ts';

const IMPORT = /(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'(\.{1,2}\/[^']+)'/gm;

/**
 * Compares every relative import in `lib/`, `functions/` and `dashboard/` below `root` with the rules. Returns one line
 * for each import that points up, and one for each file that no rule names.
 */
export function findWrongImports(root: string): readonly string[] {
  const files = globSync(
    ['lib/**/*.ts', 'worker/**/*.ts', 'functions/**/*.ts', 'dashboard/**/*.{ts,tsx}'],
    {
      cwd: root,
    },
  );
  return files.sort().flatMap((file) => {
    const part = partOf(file);
    if (part === undefined) return [`${file}: no rule in scripts/import-rules.ts covers it`];
    return importsOf(root, file).flatMap((target) => faultOf({ file, part, target }) ?? []);
  });
}

function importsOf(root: string, file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(IMPORT)]
    .map(([, specifier = '']) => relative(root, resolve(root, dirname(file), specifier)))
    .filter((target) => /\.tsx?$/.test(target));
}

function faultOf(found: {
  readonly file: string;
  readonly part: string;
  readonly target: string;
}): string | undefined {
  const { file, part, target } = found;
  const targetPart = partOf(target);
  if (targetPart !== part) {
    const allowed = targetPart !== undefined && MAY_IMPORT[part]?.includes(targetPart);
    return allowed ? undefined : `${file}: ${part} must not import ${target}`;
  }
  const order = ORDER[part];
  if (order === undefined) return undefined;
  const [from, to] = [order.indexOf(dirname(file)), order.indexOf(dirname(target))];
  if (from < 0) return `${file}: its folder is missing from ORDER in scripts/import-rules.ts`;
  return to <= from ? undefined : `${file}: imports ${target}, which is in a folder above its own`;
}

function partOf(path: string): string | undefined {
  const parts = Object.keys(MAY_IMPORT).filter(
    (part) => path === part || path.startsWith(`${part}/`),
  );
  return parts.sort((a, b) => b.length - a.length)[0];
}

if (import.meta.main) {
  const faults = findWrongImports(join(import.meta.dirname, '..'));
  for (const fault of faults) console.error(fault);
  if (faults.length === 0) console.log('Imports point down.');
  process.exitCode = faults.length === 0 ? 0 : 1;
}
