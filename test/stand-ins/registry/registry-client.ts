/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */

import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { join } from 'node:path';
import * as z from 'zod';
import { type Digest, digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import {
  ImageNotFound,
  type ImageSource,
  type ImageTarget,
  type ManifestDocument,
} from './image-store.ts';

const ACCEPTED = [
  MediaType.ociManifest,
  MediaType.ociIndex,
  MediaType.dockerManifest,
  MediaType.dockerManifestList,
].join(', ');
const MAX_BODY_BYTES = 1024 * 1024 * 1024;
const MAX_REDIRECTS = 3;

/** How to reach a registry: over TLS, trusting `ca` (PEM) or else the system's authorities. */
export interface RegistryAccess {
  readonly host: string;
  /** A bearer token from Docker's configuration. */
  readonly token?: string | undefined;
  readonly ca?: string | undefined;
}

/** The registry refused or failed. The text has the form of go-containerregistry. */
class RegistryRefusal extends Error {
  override readonly name = 'RegistryRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const DockerConfig = z.looseObject({
  auths: z.record(z.string(), z.looseObject({ registrytoken: z.string().optional() })).optional(),
});

/** Reads `$DOCKER_CONFIG/config.json` and the file SSL_CERT_FILE, like the real tools. */
export async function accessFromEnvironment(
  host: string,
  env: NodeJS.ProcessEnv,
): Promise<RegistryAccess> {
  const { DOCKER_CONFIG, SSL_CERT_FILE } = env;
  const config = DOCKER_CONFIG ? await readConfig(join(DOCKER_CONFIG, 'config.json')) : {};
  const ca = SSL_CERT_FILE ? await readFile(SSL_CERT_FILE, 'utf8') : undefined;
  return { host, token: config.auths?.[host]?.registrytoken, ca };
}

async function readConfig(path: string): Promise<z.infer<typeof DockerConfig>> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  return DockerConfig.parse(JSON.parse(text));
}

/** One repository of a registry, by the OCI distribution specification 1.1. */
export function registryRepository(
  access: RegistryAccess,
  repository: string,
): ImageSource & ImageTarget {
  const base = `https://${access.host}/v2/${repository}`;

  async function manifest(reference: string): Promise<ManifestDocument> {
    const response = await send(access, 'GET', `${base}/manifests/${reference}`, {
      accept: ACCEPTED,
    });
    expectStatus(response, 200);
    const digest = digestOf(response.body);
    if (reference.startsWith('sha256:') && reference !== digest) {
      throw new Error(
        `manifest digest: "${digest}" does not match requested digest: "${reference}"`,
      );
    }
    const mediaType = String(response.headers['content-type'] ?? '').replace(/;.*$/, '');
    return { bytes: response.body, mediaType, digest };
  }

  async function blob(digest: Digest): Promise<Uint8Array> {
    const response = await send(access, 'GET', `${base}/blobs/${digest}`, {});
    expectStatus(response, 200);
    if (digestOf(response.body) !== digest) {
      throw new Error(`error verifying sha256 checksum of blob ${digest}`);
    }
    return response.body;
  }

  async function putBlob(
    digest: Digest,
    read: () => Promise<Uint8Array>,
    mountFrom?: string,
  ): Promise<'present' | 'mounted' | 'uploaded'> {
    const head = await send(access, 'HEAD', `${base}/blobs/${digest}`, {});
    if (head.status === 200) {
      return 'present';
    }
    const query = mountFrom
      ? `?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(mountFrom)}`
      : '';
    const start = await send(access, 'POST', `${base}/blobs/uploads/${query}`, {});
    if (start.status === 201) {
      return 'mounted';
    }
    expectStatus(start, 202);
    const upload = new URL(String(start.headers.location), base);
    upload.searchParams.set('digest', digest);
    const put = await send(
      access,
      'PUT',
      upload.href,
      { 'content-type': 'application/octet-stream' },
      await read(),
    );
    expectStatus(put, 201);
    return 'uploaded';
  }

  async function putManifest(reference: string, document: ManifestDocument): Promise<void> {
    const headers = { 'content-type': document.mediaType };
    const url = `${base}/manifests/${reference}`;
    expectStatus(await send(access, 'PUT', url, headers, document.bytes), 201);
  }

  return { manifest, blob, putBlob, putManifest };
}

interface Answer {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends one request. Follows a redirect to another origin without the token. */
async function send(
  access: RegistryAccess,
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: Uint8Array,
): Promise<Answer> {
  let target = url;
  for (let hop = 0; ; hop += 1) {
    const own = new URL(target).host === access.host;
    const authorization =
      own && access.token ? { authorization: `Bearer ${access.token}` } : undefined;
    const answer = await exchange(
      method,
      target,
      { ca: access.ca, headers: { ...headers, ...authorization } },
      body,
    );
    const { location } = answer.headers;
    if (answer.status < 300 || answer.status >= 400 || location === undefined) {
      return answer;
    }
    if (hop === MAX_REDIRECTS) {
      throw new Error(`${method} ${url}: too many redirects`);
    }
    target = new URL(location, target).href;
  }
}

function exchange(
  method: string,
  url: string,
  options: RequestOptions,
  body: Uint8Array | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: false });
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const headers = { 'user-agent': 'patchwright-stand-in', ...options.headers, ...length };
    const outgoing = request(
      url,
      { ...options, agent, method, headers, timeout: 60_000 },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size > MAX_BODY_BYTES) {
            outgoing.destroy(new Error(`${method} ${url}: the answer is too large`));
          }
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const { statusCode = 0, headers: received } = answer;
          resolve({
            method,
            url,
            status: statusCode,
            headers: received,
            body: Buffer.concat(chunks),
          });
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${url}: no answer`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const ErrorBody = z.object({
  errors: z.array(z.looseObject({ code: z.string(), message: z.string().default('') })).min(1),
});

function expectStatus(answer: Answer, status: number): void {
  if (answer.status === status) {
    return;
  }
  const place = `${answer.method} ${answer.url.replace(/\?.*$/, '')}`;
  const parsed = ErrorBody.safeParse(parseJson(answer.body));
  const errors = parsed.success
    ? parsed.data.errors.map(({ code, message }) => `${code}: ${message}`).join('; ')
    : `unexpected status code ${answer.status}`;
  const message = `${place}: ${errors}`;
  if (answer.status === 404) {
    throw new ImageNotFound(message);
  }
  throw new RegistryRefusal(answer.status, message);
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
