import * as z from 'zod';
import { Digest } from './digest.ts';

/** Media types of the OCI image specification 1.1 and of Docker's schema 2. */
export const MediaType = {
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerManifestList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

const Annotations = z.record(z.string(), z.string());

export const Descriptor = z.looseObject({
  mediaType: z.string().max(255),
  digest: Digest,
  size: z.number().int().nonnegative(),
  artifactType: z.string().max(255).optional(),
  annotations: Annotations.optional(),
});
export type Descriptor = z.infer<typeof Descriptor>;

const Platform = z.looseObject({ os: z.string(), architecture: z.string() });

/** One image's manifest, OCI or Docker schema 2. Keeps unknown fields. */
export const ImageManifest = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: Descriptor,
  layers: z.array(Descriptor).max(1000),
  subject: Descriptor.optional(),
  annotations: Annotations.optional(),
});
export type ImageManifest = z.infer<typeof ImageManifest>;

/** An index (manifest list): an entry per platform; buildx's attestations are `unknown/unknown`. */
export const ImageIndex = z.looseObject({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  manifests: z.array(Descriptor.extend({ platform: Platform.optional() })).max(1000),
  annotations: Annotations.optional(),
});
export type ImageIndex = z.infer<typeof ImageIndex>;

/**
 * The fields of an image's config that the pipeline uses. Copa writes its label to `config.labels`
 * and not to the specification's `config.Labels`, so both are read.
 */
export const ImageConfig = z.looseObject({
  created: z.string().nullish(),
  architecture: z.string(),
  os: z.string(),
  config: z
    .looseObject({
      Labels: Annotations.nullish(),
      labels: Annotations.nullish(),
    })
    .nullish(),
  rootfs: z.looseObject({ type: z.string(), diff_ids: z.array(z.string()).nullish() }),
  history: z.array(z.looseObject({})).nullish(),
});
export type ImageConfig = z.infer<typeof ImageConfig>;
