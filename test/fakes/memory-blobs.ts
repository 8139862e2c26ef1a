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

/** Blob Storage in memory, with addresses that allow one PUT until the clock passes their expiry. */
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
    const url = new URL(`${ORIGIN}/${this.#path(container, name)}`);
    // A SAS has whole seconds only.
    const expiry = `${expiresAt.toISOString().slice(0, 19)}Z`;
    url.searchParams.set('sp', 'c');
    url.searchParams.set('se', expiry);
    url.searchParams.set('sig', signatureOf(url.pathname, expiry));
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
    const path = this.#allowed(address);
    if (typeof path !== 'string') return path;
    if (this.#blobs.has(path)) return { status: 403, code: 'AuthorizationPermissionMismatch' };
    this.#blobs.set(path, { bytes: Uint8Array.from(bytes), contentType });
    return { status: 201 };
  }

  /** A GET by the holder of the address, which is never allowed. */
  async getThrough(address: string): Promise<SasAnswer> {
    const path = this.#allowed(address);
    if (typeof path !== 'string') return path;
    return { status: 403, code: 'AuthorizationPermissionMismatch' };
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

  #allowed(address: string): string | SasAnswer {
    const refused = { status: 403, code: 'AuthenticationFailed' };
    const url = new URL(address);
    const expiry = url.searchParams.get('se') ?? '';
    const given = Buffer.from(url.searchParams.get('sig') ?? '');
    const wanted = Buffer.from(signatureOf(url.pathname, expiry));
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return refused;
    if (new Date(expiry) <= this.#clock.now()) return refused;
    const path = url.pathname.slice(1);
    const known = Object.values(CONTAINERS).some((container) => path.startsWith(`${container}/`));
    return known ? path : refused;
  }
}

function signatureOf(path: string, expiry: string): string {
  return createHmac('sha256', SIGNING_KEY).update(`${path}\n${expiry}`).digest('base64');
}
