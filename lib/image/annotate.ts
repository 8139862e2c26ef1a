import { z } from 'zod';
import { Annotation } from './annotations.ts';
import { ImageManifest } from './manifest.ts';

const OURS = 'io.patchwright.';

/**
 * The staged manifest's bytes with our annotations: Copa's are kept, `org.opencontainers.image.version`
 * is what the source says (Copa writes the staging tag into it), and nothing else changes. The same
 * input gives the same bytes. Throws where `staged` is not an image manifest; parse it before.
 */
export function annotateManifest(options: {
  readonly staged: Uint8Array;
  readonly source: ImageManifest;
  readonly annotations: Readonly<Record<string, string>>;
}): Uint8Array {
  const manifest = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(options.staged)));
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
