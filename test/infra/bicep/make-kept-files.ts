import { join } from 'node:path';
import type { BicepCompiler } from './bicep-compiler.ts';
import type { BicepTrees } from './bicep-tree.ts';
import { sortedSnapshot } from './deployment.ts';
import { SOURCES_PATH, snapshotPath, sourceHashes, TEMPLATE_PATH } from './kept-files.ts';
import { PARAMETER_SETS, PLACE, SET_NAMES } from './parameter-sets.ts';

/** Makes every kept file: texts by their path from the root. Throws if the Bicep does not compile. */
export async function makeKeptFiles(
  compiler: BicepCompiler,
  trees: BicepTrees,
): Promise<ReadonlyMap<string, string>> {
  const tree = await trees.copy();
  const { template, findings } = await compiler.compile(join(tree, 'main.bicep'));
  if (template === undefined) throw new Error(`infra/ does not compile:\n${findings.join('\n')}`);
  const files = new Map([[TEMPLATE_PATH, `${template.trimEnd()}\n`]]);
  for (const set of SET_NAMES) {
    const file = await trees.withParameters(tree, set, PARAMETER_SETS[set]);
    const evaluation = await compiler.evaluate(file, PLACE);
    if (evaluation.kind === 'refused') throw new Error(`the set ${set}: ${evaluation.why}`);
    files.set(snapshotPath(set), sortedSnapshot(evaluation.snapshot));
  }
  return files.set(SOURCES_PATH, `${JSON.stringify(sourceHashes(), undefined, 2)}\n`);
}
