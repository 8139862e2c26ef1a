import { posix } from 'node:path';
import { plainText } from '../../text/plain-text.ts';
import { isBookkeeping } from './bookkeeping.ts';
import { LayerError } from './layer-error.ts';
import { normalizedPath } from './layer-path.ts';
import { packageListReader } from './package-lists.ts';
import type { LayerEntry } from './read-layer.ts';

/** The first paths of a list, in order, and how many there are in all. */
export interface PathList {
  readonly count: number;
  readonly paths: readonly string[];
}

/** What an added layer changes, as far as its own package database explains it. */
export interface LayerChanges {
  /** Files, folders, links, devices and deletions. */
  readonly entries: number;
  /** Deletions of what lower layers hold (whiteouts). */
  readonly deletions: number;
  /** Touches `var/lib/dpkg/status.d`: an image without its own package manager. */
  readonly statusD: boolean;
  /** False where the layer changes an rpm database: its file lists are binary and are not read. */
  readonly ownershipKnown: boolean;
  /**
   * What no file list (dpkg, apk) in the layer owns, besides the package managers' own bookkeeping.
   * Empty where the ownership is not known; everything where the layer brings no list at all.
   */
  readonly unowned: PathList;
  /** Those of it that give rights: setuid, setgid, or file capabilities. */
  readonly unownedSetuid: PathList;
}

const WHITEOUT = '.wh.';
const RPM_DATABASE = /^(?:var\/lib|usr\/lib\/sysimage)\/rpm\//;
const STATUS_D = 'var/lib/dpkg/status.d';
const MAX_HOPS = 4;
/** In UTF-16 units: a listed path is cut there. */
const MAX_PATH = 256;
/** Left beside a package's configuration file by dpkg. */
const DPKG_SUFFIX = /\.dpkg-(?:old|dist|new|tmp)$/;
/** Compiled beside its source: `__pycache__/x.cpython-311.pyc` of `x.py`. */
const BYTECODE = /^(.*?)__pycache__\/([^/]+?)\.[^/.]+(?:\.opt-[12])?\.pyc$/;

/** Gathers what a layer holds; who owns what is known only when all of it was read. */
export class LayerContents {
  readonly #changed = new Map<string, LayerEntry>();
  readonly #owned = new Set<string>();
  readonly #packages = new Set<string>();
  readonly #maxListed: number;
  readonly #maxOwned: number;
  #entries = 0;
  #deletions = 0;
  #statusD = false;
  #hasList = false;
  #hasRpmDatabase = false;

  constructor(limits: { readonly maxListed: number; readonly maxOwned: number }) {
    this.#maxListed = limits.maxListed;
    this.#maxOwned = limits.maxOwned;
  }

  add(entry: LayerEntry): void {
    this.#entries += 1;
    if (entry.path === STATUS_D || entry.path.startsWith(`${STATUS_D}/`)) this.#statusD = true;
    if (RPM_DATABASE.test(entry.path)) this.#hasRpmDatabase = true;
    if (posix.basename(entry.path).startsWith(WHITEOUT)) this.#deletions += 1;
    else if (entry.type !== 'folder') this.#changed.set(entry.path, entry);
  }

  /** Gives what takes the lines of the package list at this path. */
  addList(path: string): (line: string) => void {
    this.#hasList = true;
    return packageListReader(path, {
      package: (name) => this.#packages.add(name),
      path: (owned) => this.#own(owned),
    });
  }

  #own(path: string): void {
    this.#owned.add(path);
    if (this.#owned.size > this.#maxOwned) {
      throw new LayerError('too-large', `its file lists name more than ${this.#maxOwned} paths`);
    }
  }

  changes(): LayerChanges {
    const ownershipKnown = this.#hasList || !this.#hasRpmDatabase;
    const unowned = ownershipKnown
      ? [...this.#changed.values()].filter((entry) => !this.#isExplained(entry))
      : [];
    return {
      entries: this.#entries,
      deletions: this.#deletions,
      statusD: this.#statusD,
      ownershipKnown,
      unowned: this.#listed(unowned),
      unownedSetuid: this.#listed(unowned.filter((entry) => entry.privileged)),
    };
  }

  #isExplained(entry: LayerEntry): boolean {
    const { path } = entry;
    if (this.#owned.has(path)) return true;
    // Bookkeeping is data: rights on it are none of a package manager's business.
    if (!entry.privileged && isBookkeeping(path, this.#packages)) return true;
    if (this.#owned.has(path.replace(DPKG_SUFFIX, '')) && !entry.privileged) return true;

    const [, folder, module] = BYTECODE.exec(path) ?? [];
    if (module !== undefined && this.#owned.has(`${folder}${module}.py`)) return true;

    return this.#linksToOwned(entry);
  }

  /**
   * Scripts put links to a package's own files: busybox its commands, ldconfig its sonames, and
   * update-alternatives one by way of another.
   */
  #linksToOwned(entry: LayerEntry): boolean {
    let link: LayerEntry | undefined = entry;
    for (let hops = 0; hops < MAX_HOPS && link?.target !== undefined; hops += 1) {
      const target: string = resolved(link.path, link.target);
      if (this.#owned.has(target)) return true;
      link = this.#changed.get(target);
    }
    return false;
  }

  #listed(entries: readonly LayerEntry[]): PathList {
    const paths = entries.map((entry) => entry.path).sort();
    return {
      count: paths.length,
      paths: paths.slice(0, this.#maxListed).map((path) => plainText(path, MAX_PATH)),
    };
  }
}

function resolved(path: string, target: string): string {
  return normalizedPath(
    target.startsWith('/') ? target : posix.join('/', posix.dirname(path), target),
  );
}
