import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The fields of a `go.mod` that are needed. */
export interface GoModule {
  /** The lowest Go release that may build the module, such as `1.26.3`. */
  readonly goVersion: string;
  /** Version of each required module by its path, such as `v0.74.0`. */
  readonly requirements: ReadonlyMap<string, string>;
}

/** Reads the `go` line and the requirements of a `go.mod`. */
export function parseGoModule(text: string): GoModule {
  const goVersion = /^go (\d+(?:\.\d+)*)$/m.exec(text)?.[1];
  if (goVersion === undefined) {
    throw new Error('go.mod has no line that names the Go version');
  }
  const requirements = new Map<string, string>();
  for (const [, path, version] of text.matchAll(/^(?:require )?\s*([\w.~/-]+) (v[\w.+-]+)/gm)) {
    if (path !== undefined && version !== undefined) {
      requirements.set(path, version);
    }
  }
  return { goVersion, requirements };
}

export async function readGoModule(folder: string): Promise<GoModule> {
  return parseGoModule(await readFile(join(folder, 'go.mod'), 'utf8'));
}

/** Returns the version of `module` that the Go module in `folder` pins, such as `v0.74.0`. */
export async function pinnedVersion(folder: string, module: string): Promise<string> {
  const version = (await readGoModule(folder)).requirements.get(module);
  if (version === undefined) {
    throw new Error(`${join(folder, 'go.mod')} does not require ${module}`);
  }
  return version;
}

/** Negative, zero or positive as the release `a` is older than, the same as or newer than `b`. */
export function compareGoVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

function numbers(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10));
}
