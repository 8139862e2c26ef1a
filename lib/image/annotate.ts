import { Annotation } from './annotations.ts';
import { ImageManifest } from './manifest.ts';

const OURS = 'io.patchwright.';

/**
 * Returns the staged manifest's bytes with our annotations, the same bytes for the same input.
 * Keeps Copa's annotations, removes foreign `io.patchwright.*` ones, and restores the source's
 * `org.opencontainers.image.version`, which Copa overwrites with the staging tag. Throws if
 * `staged` is not an image manifest: parse it first.
 */
export function annotateManifest(options: {
  readonly staged: Uint8Array;
  readonly source: ImageManifest;
  readonly annotations: Readonly<Record<string, string>>;
}): Uint8Array {
  // Writes the parsed object back and not zod's copy, to keep its field order.
  const manifest: object = JSON.parse(
    new TextDecoder('utf-8', { fatal: true }).decode(options.staged),
  );
  const staged = ImageManifest.parse(manifest).annotations ?? {};
  const version = options.source.annotations?.[Annotation.version];

  const annotations = new Map(
    Object.entries(staged).filter(([key]) => !key.startsWith(OURS) && key !== Annotation.version),
  );
  if (version !== undefined) annotations.set(Annotation.version, version);
  for (const [key, value] of Object.entries(options.annotations)) annotations.set(key, value);

  const sorted = Object.fromEntries([...annotations].sort(([a], [b]) => (a < b ? -1 : 1)));
  return new TextEncoder().encode(JSON.stringify({ ...manifest, annotations: sorted }));
}
