import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readText } from '../infrastructure.ts';
import { type BicepTexts, readBicepTexts } from './bicep-texts.ts';
import { type Parameters, parameterFile } from './parameter-sets.ts';

/** Temporary copies of `infra/` with a change, to compile in. `remove` deletes all of them. */
export class BicepTrees {
  readonly #root: string;
  #trees = 0;

  private constructor(root: string) {
    this.#root = root;
  }

  static async make(): Promise<BicepTrees> {
    return new BicepTrees(await mkdtemp(join(tmpdir(), 'patchwright-bicep-')));
  }

  /** Makes a copy and returns the path of its `infra/`. */
  async copy(changed: BicepTexts = new Map()): Promise<string> {
    this.#trees += 1;
    const folder = join(this.#root, String(this.#trees), 'infra');
    const files = new Map([
      ...readBicepTexts(),
      ['bicepconfig.json', readText('infra/bicepconfig.json')],
      ...changed,
    ]);
    for (const [path, text] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    return folder;
  }

  /** Adds a file to a tree and returns the tree's path. */
  async copyOf(tree: string, path: string, text: string): Promise<string> {
    await writeFile(join(tree, path), text);
    return tree;
  }

  /** Writes a parameter file for a tree's main.bicep and returns its path. */
  async withParameters(tree: string, name: string, parameters: Parameters): Promise<string> {
    const path = join(tree, `${name}.bicepparam`);
    await writeFile(path, parameterFile(parameters));
    return path;
  }

  async remove(): Promise<void> {
    await rm(this.#root, { recursive: true });
  }
}
