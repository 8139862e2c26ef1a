import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import * as z from 'zod';
import { decompressed } from '../image/layer/decompress-layer.ts';
import { readJson } from '../json/read-json.ts';

/** The file beside Trivy's database. Source: aquasecurity/trivy-db, pkg/metadata. */
const Metadata = z.object({ UpdatedAt: z.iso.datetime() });

const GIB = 1024 ** 3;
const MAX_METADATA_BYTES = 64 * 1024;
/** The database has some hundred MiB and compresses ten to one. */
const LIMITS = { maxBytes: 4 * GIB, maxRatio: 100, ratioFromBytes: 256 * 1024 ** 2 };

/**
 * The time of the database in this layer, from its `metadata.json`; undefined if there is none. Stops
 * reading after that file.
 */
export async function databaseTime(layer: AsyncIterable<Uint8Array>): Promise<Date | undefined> {
  const tar = extract();
  const found = findMetadata(tar).finally(() => tar.destroy());
  // Prevents an unhandled rejection during the writes. The failure is thrown below.
  found.catch(() => undefined);
  for await (const chunk of decompressed(layer, LIMITS)) {
    if (tar.destroyed) break;
    if (!tar.write(chunk)) {
      const drained = new Promise<void>((resolve) => tar.once('drain', () => resolve()));
      await Promise.race([drained, found]);
    }
  }
  tar.end(undefined);
  const bytes = await found;
  const metadata = bytes && readJson(Metadata, bytes);
  return metadata?.ok ? new Date(metadata.value.UpdatedAt) : undefined;
}

async function findMetadata(tar: ReturnType<typeof extract>): Promise<Uint8Array | undefined> {
  for await (const entry of tar) {
    const isMetadata = /^(?:\.\/)?metadata\.json$/.test(entry.header.name);
    if (!isMetadata || (entry.header.size ?? 0) > MAX_METADATA_BYTES) {
      entry.resume();
      continue;
    }
    // Without `await`, the loop would close the archive while the entry is read.
    return await buffer(entry);
  }
  return undefined;
}
