import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findWrongImports } from '../../scripts/check-imports.ts';

const ROOT = join(import.meta.dirname, '../..');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'patchwright-lint-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function plant(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

test("finds no wrong import in the project's own code", () => {
  expect(findWrongImports(ROOT)).toEqual([]);
});

test.each([
  ['an import of a value', "import { tick } from '../run/tick-run.ts';"],
  ['an import of a type', "import type { Tick } from '../run/tick-run.ts';"],
  ['a re-export', "export { tick } from '../run/tick-run.ts';"],
  ['an import over several lines', "import {\n  tick,\n} from '../run/tick-run.ts';"],
  ['a dynamic import', "const tick = await import('../run/tick-run.ts');"],
])('refuses %s from a folder above', (_, text) => {
  plant({ 'lib/pipeline/job/step-job.ts': text });
  expect(findWrongImports(folder)).toEqual([
    'lib/pipeline/job/step-job.ts: imports lib/pipeline/run/tick-run.ts, which is in a folder above its own',
  ]);
});

test('refuses an import that the rules do not allow', () => {
  plant({ 'worker/main.ts': "import { tick } from '../lib/pipeline/run/tick-run.ts';\n" });
  expect(findWrongImports(folder)).toEqual([
    'worker/main.ts: worker must not import lib/pipeline/run/tick-run.ts',
  ]);
});

test('refuses files and folders that no rule covers', () => {
  plant({ 'lib/new/part.ts': '', 'lib/pipeline/new/part.ts': "import '../services.ts';\n" });
  expect(findWrongImports(folder)).toEqual([
    'lib/new/part.ts: no rule in scripts/import-rules.ts covers it',
    'lib/pipeline/new/part.ts: its folder is missing from ORDER in scripts/import-rules.ts',
  ]);
});

test('Biome refuses a circle of imports, even of types', () => {
  cpSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  plant({
    'a.ts': "import type { B } from './b.ts';\n\nexport type A = { readonly b: B };\n",
    'b.ts': "import type { A } from './a.ts';\n\nexport type B = { readonly a: A };\n",
  });
  const biome = join(ROOT, 'node_modules/.bin/biome');
  const { status, stdout, stderr } = spawnSync(biome, ['lint', '--vcs-enabled=false', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(`${stdout}${stderr}`).toContain('noImportCycles');
  expect(status).toBe(1);
});
