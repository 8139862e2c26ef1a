import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { ImageIndex, ImageManifest } from '../../../lib/image/manifest.ts';

/** The properties of each entry except its times, as text, by path. */
export type LayerEntries = ReadonlyMap<string, string>;

/** Returns the digests of the layers in an OCI layout of skopeo, lowest first. */
export async function layersOf(layout: string): Promise<readonly string[]> {
  const index = ImageIndex.parse(await readJson(join(layout, 'index.json')));
  const [root] = index.manifests;
  if (root === undefined) throw new Error(`${layout} has no image`);
  const manifest = ImageManifest.parse(await readJson(blobPath(layout, root.digest)));
  return manifest.layers.map(({ digest }) => digest);
}

export async function entriesOf(layout: string, digest: string): Promise<LayerEntries> {
  const entries = new Map<string, string>();
  const archive = extract();
  createReadStream(blobPath(layout, digest)).pipe(createGunzip()).pipe(archive);
  for await (const entry of archive) {
    const hash = createHash('sha256');
    await pipeline(entry, hash);
    const { name, pax, mode, uid, gid, size, type, linkname, devmajor, devminor } = entry.header;
    const header = { mode, uid, gid, size, type, linkname, devmajor, devminor };
    const xattrs = Object.entries(pax ?? {}).filter(([key]) => key.startsWith('SCHILY.xattr.'));
    entries.set(
      name,
      JSON.stringify({ ...header, xattrs: xattrs.sort(), content: hash.digest('hex') }),
    );
  }
  return entries;
}

/** Returns the paths that differ or that only one layer has, except those that may differ. */
export function differences(
  a: LayerEntries,
  b: LayerEntries,
  allowed: readonly string[],
): readonly string[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((path) => a.get(path) !== b.get(path))
    .filter((path) => !(allowed.includes(path) && a.has(path) && b.has(path)))
    .map((path) => `${path}: ${a.get(path) ?? 'not there'} and ${b.get(path) ?? 'not there'}`)
    .sort();
}

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, 'utf8'));
}

function blobPath(layout: string, digest: string): string {
  return join(layout, 'blobs', digest.replace(':', '/'));
}
