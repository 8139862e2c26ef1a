/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */
import type { LayerEntry } from './layer.ts';

/** Adds each entry's parent folders once and sorts the entries by path, as in a layer's diff. */
export function withParentFolders(entries: readonly LayerEntry[]): readonly LayerEntry[] {
  const byPath = new Map<string, LayerEntry>(entries.map((entry) => [entry.path, entry]));
  for (const { path } of entries) {
    const parts = path.split('/').slice(0, -1);
    for (let i = 1; i <= parts.length; i += 1) {
      const folder = parts.slice(0, i).join('/');
      if (!byPath.has(folder)) {
        byPath.set(folder, { type: 'directory', path: folder, mode: 0o755 });
      }
    }
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

export function textFile(path: string, text: string, mode = 0o644): LayerEntry {
  return { type: 'file', path, mode, content: Buffer.from(text) };
}
