import { Annotation } from './annotations.ts';
import { type Descriptor, ImageManifest } from './manifest.ts';

const OURS = 'io.patchwright.';

/**
 * The source's own, which the patch keeps: Copa overwrites the version with the staging tag. The base
 * is the image on which the source was built.
 */
const OF_SOURCE: readonly string[] = [
  Annotation.version,
  Annotation.baseName,
  Annotation.baseDigest,
];

/**
 * Returns the staged manifest's bytes with our annotations and the given config, the same bytes for
 * the same input. Keeps Copa's annotations, removes foreign ones with our names, and restores the
 * source's version and base. Throws if `staged` is not an image manifest: parse it first.
 */
export function annotateManifest(options: {
  readonly staged: Uint8Array;
  readonly source: ImageManifest;
  readonly config: Pick<Descriptor, 'digest' | 'size'>;
  readonly annotations: Readonly<Record<string, string>>;
}): Uint8Array {
  // Writes the parsed object back and not zod's copy, to keep its field order.
  const manifest: object = JSON.parse(
    new TextDecoder('utf-8', { fatal: true }).decode(options.staged),
  );
  const staged = ImageManifest.parse(manifest);

  const annotations = new Map(
    Object.entries(staged.annotations ?? {}).filter(
      ([key]) => !key.startsWith(OURS) && !OF_SOURCE.includes(key),
    ),
  );
  for (const key of OF_SOURCE) {
    const value = options.source.annotations?.[key];
    if (value !== undefined) annotations.set(key, value);
  }
  for (const [key, value] of Object.entries(options.annotations)) annotations.set(key, value);

  const sorted = Object.fromEntries([...annotations].sort(([a], [b]) => (a < b ? -1 : 1)));
  const { digest, size } = options.config;
  const config = { ...staged.config, digest, size };
  return new TextEncoder().encode(JSON.stringify({ ...manifest, config, annotations: sorted }));
}
