import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

export const ociMediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

/** A descriptor of the OCI image specification; `size` in bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface LayerBlob {
  readonly descriptor: Descriptor;
  /** Digest of the layer before compression. */
  readonly diffId: string;
}

/** A folder with an OCI image layout of one manifest under one reference name. */
export interface OciLayout {
  /** Absolute path. */
  readonly folder: string;
  /** The value of `org.opencontainers.image.ref.name`, for example `12`. */
  readonly tag: string;
  /** The manifest's digest. */
  readonly digest: string;
}

export async function startLayout(folder: string): Promise<void> {
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

/** Compresses a tar stream into a blob of the layout. */
export async function addLayer(
  folder: string,
  tar: Readable,
  mediaType: string = ociMediaTypes.layer,
): Promise<LayerBlob> {
  const plain = createHash('sha256');
  const packed = createHash('sha256');
  const unnamed = join(folder, `layer-${process.pid}.part`);
  tar.on('data', (chunk: Buffer) => plain.update(chunk));
  const gzip = createGzip({ level: 6 });
  gzip.on('data', (chunk: Buffer) => packed.update(chunk));
  await pipeline(tar, gzip, createWriteStream(unnamed));
  const hex = packed.digest('hex');
  const { size } = await stat(unnamed);
  await rename(unnamed, blobPath(folder, `sha256:${hex}`));
  return {
    descriptor: { mediaType, digest: `sha256:${hex}`, size },
    diffId: `sha256:${plain.digest('hex')}`,
  };
}

export async function addJson(
  folder: string,
  mediaType: string,
  value: unknown,
): Promise<Descriptor> {
  const text = JSON.stringify(value);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  await writeFile(blobPath(folder, digest), text);
  return { mediaType, digest, size: Buffer.byteLength(text) };
}

/** Copies a blob from another layout, so that images share it byte for byte. */
export async function copyBlob(from: string, to: string, digest: string): Promise<void> {
  await pipeline(createReadStream(blobPath(from, digest)), createWriteStream(blobPath(to, digest)));
}

/** Writes the index, which completes the layout. */
export async function finishLayout(
  folder: string,
  tag: string,
  manifest: Descriptor,
): Promise<OciLayout> {
  const named = { ...manifest, annotations: { 'org.opencontainers.image.ref.name': tag } };
  const index = { schemaVersion: 2, mediaType: ociMediaTypes.index, manifests: [named] };
  await writeFile(join(folder, 'index.json'), JSON.stringify(index));
  return { folder, tag, digest: manifest.digest };
}

function blobPath(folder: string, digest: string): string {
  return join(folder, 'blobs', digest.replace(':', '/'));
}
