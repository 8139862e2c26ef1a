import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { checkBlobName } from '../../lib/storage/blob-name.ts';
import {
  type BlobContent,
  type Blobs,
  CONTAINERS,
  type ContainerName,
} from '../../lib/storage/blobs.ts';
import { StorageError } from '../../lib/storage/storage-error.ts';

const ORIGIN = 'https://memory.blob.invalid';
const SIGNING_KEY = 'the fake account key';

/** The service's response to a request with a SAS address. */
export interface SasAnswer {
  readonly status: number;
  /** The header `x-ms-error-code`. */
  readonly code?: string;
}

interface Blob {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/**
 * Blob Storage in memory, with addresses that allow one PUT, or reading, until the clock passes their
 * expiry.
 */
export class MemoryBlobs implements Blobs {
  readonly #clock: Clock;
  readonly #missing: ReadonlySet<ContainerName>;
  readonly #blobs = new Map<string, Blob>();

  constructor(options: { readonly clock: Clock; readonly missing?: readonly ContainerName[] }) {
    this.#clock = options.clock;
    this.#missing = new Set(options.missing ?? []);
  }

  async read(container: ContainerName, name: string, maxBytes: number): Promise<BlobContent> {
    const blob = this.#blobs.get(this.#path(container, name));
    if (blob === undefined) return { found: false, why: 'absent' };
    if (blob.bytes.length > maxBytes) return { found: false, why: 'too-large' };
    return { found: true, bytes: Uint8Array.from(blob.bytes) };
  }

  async create(
    container: ContainerName,
    name: string,
    bytes: Uint8Array,
    contentType: string,
  ): Promise<'created' | 'exists'> {
    const path = this.#path(container, name);
    if (this.#blobs.has(path)) return 'exists';
    this.#blobs.set(path, { bytes: Uint8Array.from(bytes), contentType });
    return 'created';
  }

  async createOnlyUrl(container: ContainerName, name: string, expiresAt: Date): Promise<string> {
    return this.#sign(container, name, { permissions: 'c', expiresAt });
  }

  async readOnlyUrl(container: ContainerName, name: string, expiresAt: Date): Promise<string> {
    return this.#sign(container, name, { permissions: 'r', expiresAt });
  }

  #sign(
    container: ContainerName,
    name: string,
    { permissions, expiresAt }: { readonly permissions: 'c' | 'r'; readonly expiresAt: Date },
  ): string {
    const url = new URL(`${ORIGIN}/${this.#path(container, name)}`);
    // A SAS has whole seconds only.
    const expiry = `${expiresAt.toISOString().slice(0, 19)}Z`;
    url.searchParams.set('sp', permissions);
    url.searchParams.set('se', expiry);
    url.searchParams.set('sig', signatureOf(url.pathname, permissions, expiry));
    return url.href;
  }

  async delete(container: ContainerName, name: string): Promise<void> {
    this.#blobs.delete(this.#path(container, name));
  }

  /** A PUT by the holder of the address. */
  async putThrough(
    address: string,
    bytes: Uint8Array,
    contentType = 'application/octet-stream',
  ): Promise<SasAnswer> {
    const path = this.#allowed(address, 'c');
    if (typeof path !== 'string') return path;
    if (this.#blobs.has(path)) return { status: 403, code: 'AuthorizationPermissionMismatch' };
    this.#blobs.set(path, { bytes: Uint8Array.from(bytes), contentType });
    return { status: 201 };
  }

  /** A GET by the holder of the address. */
  async getThrough(address: string): Promise<SasAnswer> {
    return this.#get(address);
  }

  /** The content that a GET by the holder of the address returns. Undefined if it is refused. */
  contentThrough(address: string): Uint8Array | undefined {
    const answer = this.#get(address);
    return 'bytes' in answer ? Uint8Array.from(answer.bytes) : undefined;
  }

  #get(address: string): SasAnswer | (SasAnswer & Pick<Blob, 'bytes'>) {
    const path = this.#allowed(address, 'r');
    if (typeof path !== 'string') return path;
    const blob = this.#blobs.get(path);
    if (blob === undefined) return { status: 404, code: 'BlobNotFound' };
    return { status: 200, bytes: blob.bytes };
  }

  /** The names in a container, sorted, for assertions. */
  names(container: ContainerName): readonly string[] {
    return [...this.#blobs.keys()]
      .filter((path) => path.startsWith(`${container}/`))
      .map((path) => path.slice(container.length + 1))
      .sort();
  }

  #path(container: ContainerName, name: string): string {
    checkBlobName(container, name);
    if (this.#missing.has(container)) {
      throw new StorageError('not-provisioned', `${container}: no such container`);
    }
    return `${container}/${name}`;
  }

  #allowed(address: string, wantedPermission: 'c' | 'r'): string | SasAnswer {
    const refused = { status: 403, code: 'AuthenticationFailed' };
    const url = new URL(address);
    const expiry = url.searchParams.get('se') ?? '';
    const given = Buffer.from(url.searchParams.get('sig') ?? '');
    const permissions = url.searchParams.get('sp') ?? '';
    const wanted = Buffer.from(signatureOf(url.pathname, permissions, expiry));
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return refused;
    if (new Date(expiry) <= this.#clock.now()) return refused;
    if (permissions !== wantedPermission) {
      return { status: 403, code: 'AuthorizationPermissionMismatch' };
    }
    const path = url.pathname.slice(1);
    const known = Object.values(CONTAINERS).some((container) => path.startsWith(`${container}/`));
    return known ? path : refused;
  }
}

function signatureOf(path: string, permissions: string, expiry: string): string {
  const signed = `${permissions}\n${path}\n${expiry}`;
  return createHmac('sha256', SIGNING_KEY).update(signed).digest('base64');
}
