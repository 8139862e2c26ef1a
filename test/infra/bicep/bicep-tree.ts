import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readText } from '../infrastructure.ts';
import { type BicepTexts, readBicepTexts } from './bicep-texts.ts';
import { type Parameters, parameterFile } from './parameter-sets.ts';

/** Folders to compile in, which are copies of `infra/` with a change. `remove` takes all of them away. */
export class BicepTrees {
  readonly #root: string;
  #trees = 0;

  private constructor(root: string) {
    this.#root = root;
  }

  static async make(): Promise<BicepTrees> {
    return new BicepTrees(await mkdtemp(join(tmpdir(), 'patchwright-bicep-')));
  }

  /** The path of a new copy's `infra/`. */
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

  /** Writes one file more into a tree, and says where the tree is. */
  async copyOf(tree: string, path: string, text: string): Promise<string> {
    await writeFile(join(tree, path), text);
    return tree;
  }

  /** The path of a parameter file for a tree's main.bicep. */
  async withParameters(tree: string, name: string, parameters: Parameters): Promise<string> {
    const path = join(tree, `${name}.bicepparam`);
    await writeFile(path, parameterFile(parameters));
    return path;
  }

  async remove(): Promise<void> {
    await rm(this.#root, { recursive: true });
  }
}
