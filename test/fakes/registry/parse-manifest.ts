import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import {
  type Descriptor,
  ImageIndex,
  ImageManifest,
  MediaType,
} from '../../../lib/image/manifest.ts';
import { RegistryError } from '../../../lib/registry/registry.ts';

/** A manifest in the fake registry: its bytes, and the parts that the registry reads. */
export interface ManifestRecord {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly blobs: readonly Digest[];
  readonly children: readonly Digest[];
  readonly subject: Digest | undefined;
  /** The entry in the referrers API. */
  readonly descriptor: Descriptor;
}

const IMAGES: readonly string[] = [MediaType.ociManifest, MediaType.dockerManifest];
const INDEXES: readonly string[] = [MediaType.ociIndex, MediaType.dockerManifestList];

/** @throws RegistryError `invalid` if the bytes are not a manifest of that type. */
export function parseManifest(bytes: Uint8Array, mediaType: string): ManifestRecord {
  const copy = Uint8Array.from(bytes);
  const common = { bytes: copy, mediaType, digest: digestOf(copy) };
  const size = copy.byteLength;
  if (IMAGES.includes(mediaType)) {
    const image = check(ImageManifest.safeParse(parseJson(copy)), mediaType);
    const artifactType = image.artifactType ?? image.config.mediaType;
    return {
      ...common,
      blobs: [image.config, ...image.layers].map(({ digest }) => digest),
      children: [],
      subject: image.subject?.digest,
      descriptor: describe(common, { size, artifactType, annotations: image.annotations }),
    };
  }
  if (INDEXES.includes(mediaType)) {
    const index = check(ImageIndex.safeParse(parseJson(copy)), mediaType);
    return {
      ...common,
      blobs: [],
      children: index.manifests.map(({ digest }) => digest),
      subject: undefined,
      descriptor: describe(common, { size, annotations: index.annotations }),
    };
  }
  throw new RegistryError('invalid', `unknown media type ${mediaType}`);
}

function describe(
  manifest: { readonly digest: Digest; readonly mediaType: string },
  rest: {
    readonly size: number;
    readonly artifactType?: string | undefined;
    readonly annotations?: Record<string, string> | undefined;
  },
): Descriptor {
  const { size, artifactType, annotations } = rest;
  return {
    mediaType: manifest.mediaType,
    digest: manifest.digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function check<T extends { mediaType?: string | undefined }>(
  result: { readonly success: true; readonly data: T } | { readonly success: false },
  mediaType: string,
): T {
  if (!result.success) throw new RegistryError('invalid', 'the manifest is invalid');
  const own = result.data.mediaType;
  if (own !== undefined && own !== mediaType) {
    throw new RegistryError('invalid', `sent as ${mediaType}, but says that it is ${own}`);
  }
  return result.data;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
