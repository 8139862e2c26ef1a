import { normalizedPath } from '../layer/layer-path.ts';
import type { ContentReader } from '../layer/read-layer.ts';

const MAX_BYTES = 1024 * 1024;

/**
 * Reads dpkg's diversions: three lines each, the path in a package's list, the path at which the
 * file is, and the package that asked for it. Format: dpkg, `lib/dpkg/db-ctrl-access` and
 * `dpkg-divert(1)`. Ignores what is behind the first megabyte.
 */
export function readDiversions(
  done: (diversions: ReadonlyMap<string, string>) => void,
): ContentReader {
  const kept: Uint8Array[] = [];
  let size = 0;
  return {
    bytes: (bytes) => {
      if (size < MAX_BYTES) kept.push(bytes.slice());
      size += bytes.byteLength;
    },
    end: () => {
      const lines = Buffer.concat(kept).toString('utf8').split('\n');
      const diversions = new Map<string, string>();
      for (let at = 0; at + 2 < lines.length; at += 3) {
        const [listed = '', actual = ''] = lines.slice(at, at + 2);
        if (listed !== '' && actual !== '') {
          diversions.set(normalizedPath(actual), normalizedPath(listed));
        }
      }
      done(diversions);
    },
  };
}
