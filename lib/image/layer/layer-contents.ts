import { posix } from 'node:path';
import { plainText } from '../../text/plain-text.ts';
import { isBookkeeping } from './bookkeeping.ts';
import { LayerError } from './layer-error.ts';
import { normalizedPath } from './layer-path.ts';
import { packageListReader } from './package-lists.ts';
import type { LayerEntry } from './read-layer.ts';

/** The first paths of a sorted list. `count` counts all of them. */
export interface PathList {
  readonly count: number;
  readonly paths: readonly string[];
}

/** The changes in an added layer, compared with its own package database. */
export interface LayerChanges {
  /** Files, folders, links, devices and deletions. */
  readonly entries: number;
  /** Whiteouts: deletions of content of lower layers. */
  readonly deletions: number;
  /** True if it changes `var/lib/dpkg/status.d`: the image has no package manager of its own. */
  readonly statusD: boolean;
  /** False if the layer changes an rpm database: its file lists are binary and are not read. */
  readonly ownershipKnown: boolean;
  /**
   * Paths that no file list (dpkg, apk) in the layer owns, without the package managers'
   * bookkeeping. Empty if the ownership is unknown; all paths if the layer has no list.
   */
  readonly unowned: PathList;
  /** The unowned paths that give privileges: setuid, setgid, or file capabilities. */
  readonly unownedSetuid: PathList;
}

const WHITEOUT = '.wh.';
const RPM_DATABASE = /^(?:var\/lib|usr\/lib\/sysimage)\/rpm\//;
const STATUS_D = 'var/lib/dpkg/status.d';
const MAX_HOPS = 4;
/** Listed paths are truncated to this length, in UTF-16 units. */
const MAX_PATH = 256;
/** dpkg leaves files with these suffixes next to a package's configuration file. */
const DPKG_SUFFIX = /\.dpkg-(?:old|dist|new|tmp)$/;
/** Python's compiled code next to its source: `__pycache__/x.cpython-311.pyc` for `x.py`. */
const BYTECODE = /^(.*?)__pycache__\/([^/]+?)\.[^/.]+(?:\.opt-[12])?\.pyc$/;

/** Collects a layer's entries. Ownership is known only after the whole layer was read. */
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

  /** Returns a reader for the lines of the package list at this path. */
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
    // Bookkeeping is data: a package manager gives it no privileges.
    if (!entry.privileged && isBookkeeping(path, this.#packages)) return true;
    if (this.#owned.has(path.replace(DPKG_SUFFIX, '')) && !entry.privileged) return true;

    const [, folder, module] = BYTECODE.exec(path) ?? [];
    if (module !== undefined && this.#owned.has(`${folder}${module}.py`)) return true;

    return this.#linksToOwned(entry);
  }

  /**
   * Package scripts create links to a package's own files: busybox for its commands, ldconfig for
   * sonames, and update-alternatives in chains of links.
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
