import { Annotation } from '../../image/annotations.ts';
import { ImageManifest } from '../../image/manifest.ts';
import type { RepositoryName } from '../../image/reference.ts';
import { readJson } from '../../json/read-json.ts';
import type { Registry, StoredManifest } from '../../registry/registry.ts';
import { databaseTime } from '../../report/database-age.ts';

/** Limit for reading the whole layer, which has about 100 MB. */
const LAYER_MS = 120_000;

/**
 * When the vulnerability database was made: by the manifest's annotation, else by `metadata.json` in the
 * layer. That may read the whole layer.
 */
export async function timeOfDatabase(
  registry: Pick<Registry, 'openBlob'>,
  repository: RepositoryName,
  stored: StoredManifest,
): Promise<Date | 'not-a-database' | 'unknown'> {
  const manifest = readJson(ImageManifest, stored.bytes);
  const layer = manifest.ok ? manifest.value.layers[0] : undefined;
  if (!manifest.ok || layer === undefined) return 'not-a-database';
  const annotated = Date.parse(manifest.value.annotations?.[Annotation.created] ?? '');
  if (!Number.isNaN(annotated)) return new Date(annotated);
  const content = await registry.openBlob(repository, layer.digest, LAYER_MS);
  if (content === undefined) return 'not-a-database';
  return (await databaseTime(content).catch(() => undefined)) ?? 'unknown';
}
