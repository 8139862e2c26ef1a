import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';
import { createAuthority } from '../tls/certificates.ts';
import { trustAuthority } from '../trust.ts';
import { type LocalRegistry, type RegistryOptions, startRegistry } from './start-registry.ts';

/** A registry for one test file, trusted by this process. */
export async function startTestRegistry(
  options: Omit<RegistryOptions, 'authority'> = {},
): Promise<LocalRegistry> {
  const authority = await createAuthority();
  trustAuthority(authority.caPem);
  return startRegistry({ authority, ...options });
}

export type Send = (
  method: string,
  pathOrUrl: string,
  options?: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array | string;
  },
) => Promise<Response>;

/** A client with one token that follows no redirect. */
export function clientOf(registry: LocalRegistry, ...scopes: string[]): Send {
  const token = registry.accessToken(scopes);
  return (method, path, { headers = {}, body } = {}) =>
    fetch(new URL(path, registry.url), {
      method,
      redirect: 'manual',
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
}

export interface TestImage {
  readonly digest: Digest;
  readonly manifest: Uint8Array;
  readonly config: Digest;
  readonly layers: readonly Digest[];
}

export interface TestImageOptions {
  readonly layers?: readonly Uint8Array[];
  readonly subject?: Digest;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image's manifest and blobs, not in a registry. Random unless layers are given. */
export function imageOf(options: TestImageOptions = {}): TestImage & {
  readonly blobs: readonly Uint8Array[];
} {
  const layers = options.layers ?? [randomBytes(64)];
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => digestOf(layer)) },
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MediaType.ociManifest,
      artifactType: options.artifactType,
      config: describe(MediaType.ociConfig, config),
      layers: layers.map((layer) => describe('application/vnd.oci.image.layer.v1.tar', layer)),
      subject: options.subject && {
        mediaType: MediaType.ociManifest,
        digest: options.subject,
        size: 1,
      },
      annotations: options.annotations,
    }),
  );
  return {
    digest: digestOf(manifest),
    manifest,
    config: digestOf(config),
    layers: layers.map((layer) => digestOf(layer)),
    blobs: [config, ...layers],
  };
}

/** Puts an image's blobs directly into storage, and its manifest through the API. */
export async function putImage(
  registry: LocalRegistry,
  name: string,
  reference: string | undefined,
  options: TestImageOptions = {},
): Promise<TestImage> {
  const image = imageOf(options);
  const repository = RepositoryName.parse(name);
  for (const blob of image.blobs) {
    await registry.storage.addBlob(repository, [blob]);
  }
  const send = clientOf(registry, `repository:${name}:pull,push`);
  const path = `/v2/${name}/manifests/${reference ?? image.digest}`;
  const answer = await send('PUT', path, {
    headers: { 'content-type': MediaType.ociManifest },
    body: image.manifest,
  });
  if (answer.status !== 201) {
    throw new Error(`the manifest was answered ${answer.status} ${await answer.text()}`);
  }
  return image;
}

/** The first error code of a response in the specification's form. */
export async function errorCode(answer: Response): Promise<string> {
  return (await firstError(answer)).code;
}

export async function firstError(answer: Response): Promise<z.infer<typeof ErrorBody>> {
  const { errors } = z.object({ errors: z.array(ErrorBody) }).parse(await answer.json());
  return errors[0] ?? { code: 'none', message: '' };
}

const ErrorBody = z.object({
  code: z.string(),
  message: z.string(),
  detail: z.unknown().optional(),
});

function describe(mediaType: string, bytes: Uint8Array) {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}
