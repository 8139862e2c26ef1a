import { Annotation } from './annotations.ts';
import { ImageManifest } from './manifest.ts';

const OURS = 'io.patchwright.';

/**
 * The staged manifest's bytes with our annotations. Copa's annotations stay; what else claims to be
 * ours goes; `org.opencontainers.image.version` is what the source says, since Copa writes the
 * staging tag into it. Nothing else changes, and the same input gives the same bytes. Throws where
 * `staged` is not an image manifest: parse it before.
 */
export function annotateManifest(options: {
  readonly staged: Uint8Array;
  readonly source: ImageManifest;
  readonly annotations: Readonly<Record<string, string>>;
}): Uint8Array {
  // The object as parsed is written back, not zod's copy of it: its order and all its fields.
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
