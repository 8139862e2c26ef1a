import { LAYER_LIMITS } from '../layer/inspect-layer.ts';
import { deletionOf } from '../layer/layer-contents.ts';
import { LayerError } from '../layer/layer-error.ts';
import { type ContentReader, type LayerVisitor, readLayer } from '../layer/read-layer.ts';
import { type AptSetting, aptSettings, isAptSettings } from './apt-settings.ts';

const LIMITS = { ...LAYER_LIMITS, maxRatio: 1000, maxTextBytes: 4 * 1024 * 1024 * 1024 };
/** Of one file. The rest of a larger one is not read. */
const MAX_FILE_BYTES = 64 * 1024;
const MAX_FILES = 100;
/** Of all files: each blocked package is compared with every one. */
const MAX_PATTERNS = 1000;
/** Everything that can delete a file of settings in a lower layer. */
const ABOVE = ['etc', 'etc/apt', 'etc/apt/apt.conf.d', 'etc/apt/preferences.d'];

/**
 * Reads the settings of apt that may hide a fix from an image's layers. A layer that can't be read,
 * or is not reached in time, counts as empty. At most 1,000 names of packages count. Throws a stream's
 * own error, unless no more time may be spent.
 */
export async function readAptSettings(
  /** Opens each layer, from the highest to the lowest. */
  layers: readonly (() => Promise<AsyncIterable<Uint8Array> | undefined>)[],
  /** True once no more time may be spent. */
  isLate: () => boolean,
): Promise<readonly AptSetting[]> {
  const files = new SettingsFiles();
  for (const open of layers) {
    try {
      const layer = isLate() ? undefined : await open();
      if (layer !== undefined) await readLayer(layer, LIMITS, files.layer(isLate));
    } catch (error) {
      // A download that stalls until the end of the time fails by its own limit.
      if (!(error instanceof LayerError) && !isLate()) throw error;
    }
  }
  return files.settings(isLate);
}

/** The files of settings as the layers leave them: the first entry of a path counts. */
class SettingsFiles {
  readonly #texts = new Map<string, string>();
  readonly #hidden = new Set<string>();
  /** Deletions of the layer that is being read hide only what is below it. */
  #hiddenBelow: string[] = [];

  layer(isLate: () => boolean): LayerVisitor {
    for (const path of this.#hiddenBelow) this.#hidden.add(path);
    this.#hiddenBelow = [];
    return {
      tarBytes: () => {
        if (isLate()) throw new LayerError('too-large', 'the time is used up');
      },
      packageList: () => () => undefined,
      entry: ({ path, type }) => {
        const deleted = deletionOf(path)?.path;
        if (deleted === undefined) {
          if (type !== 'folder' && type !== 'file') this.#add(path, '');
        } else if (ABOVE.includes(deleted) || isAptSettings(deleted)) {
          this.#hiddenBelow.push(deleted);
        }
      },
      content: ({ path }) => this.#reader(path),
    };
  }

  settings(isLate: () => boolean): readonly AptSetting[] {
    const settings: AptSetting[] = [];
    let patterns = 0;
    for (const [path, text] of this.#texts) {
      if (isLate()) break;
      for (const setting of aptSettings(path, text)) {
        patterns += setting.packages.length;
        if (patterns > MAX_PATTERNS) return settings;
        settings.push(setting);
      }
    }
    return settings;
  }

  #reader(path: string): ContentReader | undefined {
    if (!this.#isNew(path)) return undefined;
    const kept: Uint8Array[] = [];
    let left = MAX_FILE_BYTES;
    return {
      bytes: (bytes) => {
        const taken = bytes.slice(0, left);
        left -= taken.byteLength;
        if (taken.byteLength > 0) kept.push(taken);
      },
      end: () => this.#add(path, Buffer.concat(kept).toString('utf8')),
    };
  }

  /** A link or another node has no text, but hides a file in a lower layer. */
  #add(path: string, text: string): void {
    if (this.#isNew(path)) this.#texts.set(path, text);
  }

  #isNew(path: string): boolean {
    if (!isAptSettings(path) || this.#texts.has(path) || this.#texts.size >= MAX_FILES)
      return false;
    return !this.#hidden.has(path) && !ABOVE.some((folder) => this.#hides(folder, path));
  }

  #hides(folder: string, path: string): boolean {
    return this.#hidden.has(folder) && path.startsWith(`${folder}/`);
  }
}
