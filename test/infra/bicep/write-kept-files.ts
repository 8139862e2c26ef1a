import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { permissionsTable, withPermissionsTable } from '../checks/permissions-table.ts';
import { ROOT, readText } from '../infrastructure.ts';
import { BicepCompiler, PINNED_VERSION } from './bicep-compiler.ts';
import { BicepTrees } from './bicep-tree.ts';
import { findCompiler } from './find-compiler.ts';
import { readKept } from './kept-files.ts';
import { makeKeptFiles } from './make-kept-files.ts';

/** `npm run bicep`: compiles infra/, writes the kept files, and the permissions into docs/security.md. */
const found = findCompiler(process.env);
if (!found.found) throw new Error(found.why);
const compiler = await BicepCompiler.start(found.path);
const trees = await BicepTrees.make();
try {
  if (!compiler.isPinned) {
    throw new Error(
      `the kept files are made with Bicep ${PINNED_VERSION}; this is ${compiler.version}`,
    );
  }
  for (const [path, text] of await makeKeptFiles(compiler, trees)) {
    writeFileSync(join(ROOT, path), text);
    console.log(path);
  }
} finally {
  compiler.stop();
  await trees.remove();
}
const docs = 'docs/security.md';
const table = permissionsTable(readKept().deployments);
writeFileSync(join(ROOT, docs), withPermissionsTable(readText(docs), table));
console.log(docs);
