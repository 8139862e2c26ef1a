/** Part of the stand-in for Trivy: for tests and the demo, never shipped. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageManifest } from '../../../lib/image/manifest.ts';
import { readLayer } from '../filesystem/layer.ts';
import type { ImageSource } from '../registry/image-store.ts';
import { AdvisoryDatabase, DatabaseMetadata, TRIVY_DB_LAYER } from './advisory-database.ts';

/** Downloads the artifact into `CACHE/db/`, as `trivy.db` and `metadata.json`. */
export async function downloadDatabase(
  source: ImageSource,
  reference: string,
  cacheFolder: string,
  now: Date,
): Promise<void> {
  const document = await source.manifest(reference);
  const manifest = ImageManifest.parse(JSON.parse(Buffer.from(document.bytes).toString('utf8')));
  const [layer] = manifest.layers;
  if (layer === undefined || manifest.layers.length !== 1) {
    throw new Error('OCI artifact must be a single layer');
  }
  if (layer.mediaType !== TRIVY_DB_LAYER) {
    throw new Error(`unacceptable media type: ${layer.mediaType}`);
  }
  const entries = await readLayer(await source.blob(layer.digest));
  const files = new Map(
    entries.flatMap((entry) =>
      entry.type === 'file' ? [[entry.path, Buffer.from(entry.content).toString('utf8')]] : [],
    ),
  );
  const database = AdvisoryDatabase.parse(JSON.parse(files.get('trivy.db') ?? ''));
  const metadata = DatabaseMetadata.parse(JSON.parse(files.get('metadata.json') ?? ''));
  const folder = join(cacheFolder, 'db');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'trivy.db'), JSON.stringify(database));
  const downloaded = { ...metadata, DownloadedAt: now.toISOString() };
  await writeFile(join(folder, 'metadata.json'), JSON.stringify(downloaded));
}

/** The database downloaded before; undefined if there is none. */
export async function cachedDatabase(cacheFolder: string): Promise<AdvisoryDatabase | undefined> {
  const path = join(cacheFolder, 'db', 'trivy.db');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : AdvisoryDatabase.parse(JSON.parse(text));
}
