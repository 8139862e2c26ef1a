import * as z from 'zod';
import { Digest } from '../../../../lib/image/digest.ts';
import { MediaType } from '../../../../lib/image/manifest.ts';
import { RegistryFault } from '../errors.ts';

const Reference = z.looseObject({
  mediaType: z.string(),
  digest: Digest,
  size: z.number().int().nonnegative(),
  urls: z.array(z.string()).optional(),
  platform: z.looseObject({ os: z.string(), architecture: z.string() }).optional(),
});
type Reference = z.infer<typeof Reference>;

const Common = {
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  subject: Reference.optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
};
const Image = z.looseObject({ ...Common, config: Reference, layers: z.array(Reference) });
const Index = z.looseObject({ ...Common, manifests: z.array(Reference) });

/** The parts of a manifest that the registry uses. Its bytes are kept unchanged beside it. */
export interface ManifestDocument {
  readonly blobs: readonly Reference[];
  readonly manifests: readonly Reference[];
  readonly config: Reference | undefined;
  readonly subject: Reference | undefined;
  /** The type in the referrers API: the manifest's own, or its config's media type. */
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

const IMAGES: readonly string[] = [MediaType.ociManifest, MediaType.dockerManifest];
const INDEXES: readonly string[] = [MediaType.ociIndex, MediaType.dockerManifestList];

/** @throws RegistryFault `MANIFEST_INVALID` if the bytes are not a manifest of that type. */
export function parseManifest(bytes: Buffer, mediaType: string): ManifestDocument {
  const value = parseJson(bytes);
  if (IMAGES.includes(mediaType)) {
    const image = checked(Image.safeParse(value), mediaType);
    const layers = image.layers.filter((layer) => (layer.urls ?? []).length === 0);
    return {
      blobs: [image.config, ...layers],
      manifests: [],
      config: image.config,
      subject: image.subject,
      artifactType: image.artifactType || image.config.mediaType,
      annotations: image.annotations ?? undefined,
    };
  }
  if (INDEXES.includes(mediaType)) {
    const index = checked(Index.safeParse(value), mediaType);
    return {
      blobs: [],
      manifests: index.manifests,
      config: undefined,
      subject: index.subject,
      artifactType: index.artifactType,
      annotations: index.annotations ?? undefined,
    };
  }
  throw invalid(`unknown media type ${mediaType}`);
}

/** The media type in the manifest itself, for a PUT without a content type. */
export function declaredMediaType(bytes: Buffer): string | undefined {
  return z.looseObject({ mediaType: z.string() }).safeParse(parseJson(bytes)).data?.mediaType;
}

function checked<T extends { mediaType?: string | undefined }>(
  result: z.ZodSafeParseResult<T>,
  mediaType: string,
): T {
  if (!result.success) {
    throw invalid(z.prettifyError(result.error));
  }
  if (result.data.mediaType !== undefined && result.data.mediaType !== mediaType) {
    throw invalid(`sent as ${mediaType}, but says that it is ${result.data.mediaType}`);
  }
  return result.data;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw invalid('not JSON');
  }
}

function invalid(detail: string): RegistryFault {
  return new RegistryFault('MANIFEST_INVALID', 'manifest invalid', { detail });
}
