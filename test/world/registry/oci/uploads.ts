import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Digest } from '../../../../lib/image/digest.ts';
import type { RepositoryName } from '../../../../lib/image/reference.ts';
import { RegistryFault } from '../errors.ts';
import type { RegistryRequest } from '../http.ts';
import type { BlobWriter } from '../storage/blob-writer.ts';
import type { RegistryStorage } from '../storage/registry-storage.ts';

/** A started upload that is not finished. */
export interface Upload {
  readonly id: string;
  readonly repository: RepositoryName;
  readonly writer: BlobWriter;
  /** Settles when the current chunk is stored, or its connection broke. */
  busy: Promise<void>;
}

const State = z.object({ offset: z.number() });

/** The active uploads. */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();
  readonly #storage: RegistryStorage;

  constructor(storage: RegistryStorage) {
    this.#storage = storage;
  }

  begin(repository: RepositoryName): Upload {
    const upload: Upload = {
      id: randomUUID(),
      repository,
      writer: this.#storage.blobs.writer(),
      busy: Promise.resolve(),
    };
    this.#uploads.set(upload.id, upload);
    return upload;
  }

  /** @throws RegistryFault `BLOB_UPLOAD_UNKNOWN`. */
  find(repository: RepositoryName, id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload === undefined || upload.repository !== repository) {
      throw new RegistryFault('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
    }
    return upload;
  }

  /**
   * Stores the request's body as the next chunk. The chunk must start at the end of the last one: by
   * its `Content-Range`, and by the state in the location of the last response. A
   * client must therefore always use the newest location.
   */
  async append(upload: Upload, request: RegistryRequest): Promise<void> {
    // A client may reconnect before its last bytes have been processed.
    const turn = upload.busy.then(() => this.#take(upload, request));
    upload.busy = turn.catch(() => undefined);
    await turn;
  }

  async #take(upload: Upload, request: RegistryRequest): Promise<void> {
    const offset = upload.writer.size;
    const range = contentRange(request);
    if (stateOffset(request) !== offset || (range !== undefined && range.start !== offset)) {
      throw new RegistryFault(
        'RANGE_INVALID',
        'the chunk does not begin where the last one ended',
        {
          headers: uploadHeaders(upload),
        },
      );
    }
    for await (const chunk of request.body) {
      await upload.writer.write(Buffer.from(chunk));
    }
    if (range !== undefined && upload.writer.size !== range.end + 1) {
      throw new RegistryFault('SIZE_INVALID', 'the chunk is not as long as its range says');
    }
  }

  /** @throws RegistryFault `DIGEST_INVALID`, which also ends the upload. */
  async finish(upload: Upload, digest: Digest): Promise<void> {
    this.#uploads.delete(upload.id);
    await this.#storage.keepBlob(upload.repository, upload.writer, digest);
  }

  async cancel(upload: Upload): Promise<void> {
    this.#uploads.delete(upload.id);
    await upload.writer.abort();
  }

  async close(): Promise<void> {
    for (const upload of this.#uploads.values()) {
      await this.cancel(upload);
    }
  }
}

/** The progress of the upload, for the client to continue. */
export function uploadHeaders(upload: Upload): Readonly<Record<string, string>> {
  const { size } = upload.writer;
  const state = Buffer.from(JSON.stringify({ offset: size })).toString('base64url');
  const path = `/v2/${upload.repository}/blobs/uploads/${upload.id}`;
  return {
    Location: `${path}?_nouploadcache=false&_state=${state}`,
    Range: `0-${Math.max(size - 1, 0)}`,
    'Docker-Upload-Uuid': upload.id,
  };
}

function stateOffset(request: RegistryRequest): number {
  try {
    const text = Buffer.from(request.query.get('_state') ?? '', 'base64url').toString('utf8');
    return State.parse(JSON.parse(text)).offset;
  } catch {
    throw new RegistryFault('BLOB_UPLOAD_INVALID', 'the upload location has no state of ours');
  }
}

/** Parses `start-end` of the OCI specification, or `bytes start-end/total` of some clients. */
function contentRange(request: RegistryRequest): { start: number; end: number } | undefined {
  const header = request.headers['content-range'];
  if (header === undefined) {
    return undefined;
  }
  const match = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/(?:\d+|\*))?$/.exec(header);
  if (match === null) {
    throw new RegistryFault('RANGE_INVALID', 'invalid content range');
  }
  return { start: Number(match[1]), end: Number(match[2]) };
}
