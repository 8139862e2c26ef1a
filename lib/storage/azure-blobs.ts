import { BlobSASPermissions, type BlockBlobClient, SASProtocol } from '@azure/storage-blob';
import type { Clock } from '../clock.ts';
import { serviceFailure, storageErrorFrom } from './azure-failure.ts';
import { checkBlobName } from './blob-name.ts';
import type { BlobContent, Blobs, ContainerName } from './blobs.ts';
import { DelegationKeys, type RequestKey } from './delegation-keys.ts';
import { CONTENT_LIMIT_MS, OPERATION_LIMIT_MS, type StorageClients } from './storage-connection.ts';
import { StorageError } from './storage-error.ts';

const ABSENT: BlobContent = { found: false, why: 'absent' };
const TOO_LARGE: BlobContent = { found: false, why: 'too-large' };

/** How often an interrupted download is resumed. */
const DOWNLOAD_RETRIES = 3;

/** Blob Storage. */
export class AzureBlobs implements Blobs {
  readonly #clients: Pick<StorageClients, 'blobs' | 'sasBy'>;
  readonly #delegationKeys: DelegationKeys;

  constructor(clients: Pick<StorageClients, 'blobs' | 'sasBy'>, clock: Clock) {
    this.#clients = clients;
    const request: RequestKey = (startsOn, expiresOn) =>
      clients.blobs.getUserDelegationKey(startsOn, expiresOn, withLimit(OPERATION_LIMIT_MS));
    this.#delegationKeys = new DelegationKeys(request, clock);
  }

  async read(container: ContainerName, name: string, maxBytes: number): Promise<BlobContent> {
    const blob = this.#blob(container, name);
    try {
      const { contentLength, etag } = await blob.getProperties(withLimit(OPERATION_LIMIT_MS));
      if (contentLength === undefined || etag === undefined) {
        throw new StorageError('unexpected', `${container}/${name}: no size or no ETag`);
      }
      if (contentLength > maxBytes) return TOO_LARGE;
      // The service refuses a range request for an empty blob.
      if (contentLength === 0) return { found: true, bytes: new Uint8Array() };
      return await download(blob, { contentLength, etag, maxBytes });
    } catch (error) {
      if (isMissing(error)) return ABSENT;
      throw storageErrorFrom(error, `reading ${container}/${name}`);
    }
  }

  async create(
    container: ContainerName,
    name: string,
    bytes: Uint8Array,
    contentType: string,
  ): Promise<'created' | 'exists'> {
    const blob = this.#blob(container, name);
    try {
      await blob.upload(bytes, bytes.length, {
        ...withLimit(CONTENT_LIMIT_MS),
        conditions: { ifNoneMatch: '*' },
        blobHTTPHeaders: { blobContentType: contentType },
      });
      return 'created';
    } catch (error) {
      if (isConflict(error)) return 'exists';
      throw storageErrorFrom(error, `creating ${container}/${name}`);
    }
  }

  createOnlyUrl(container: ContainerName, name: string, expiresAt: Date): Promise<string> {
    return this.#sign(container, name, { permissions: 'c', expiresAt });
  }

  readOnlyUrl(container: ContainerName, name: string, expiresAt: Date): Promise<string> {
    return this.#sign(container, name, { permissions: 'r', expiresAt });
  }

  async #sign(
    container: ContainerName,
    name: string,
    { permissions, expiresAt }: { readonly permissions: 'c' | 'r'; readonly expiresAt: Date },
  ): Promise<string> {
    const blob = this.#blob(container, name);
    const options = {
      permissions: BlobSASPermissions.parse(permissions),
      expiresOn: expiresAt,
      // Only an emulator is reached without TLS.
      protocol: blob.url.startsWith('https:') ? SASProtocol.Https : SASProtocol.HttpsAndHttp,
    };
    try {
      if (this.#clients.sasBy === 'account-key') return await blob.generateSasUrl(options);
      const key = await this.#delegationKeys.keyFor(expiresAt);
      return await blob.generateUserDelegationSasUrl(options, key);
    } catch (error) {
      throw storageErrorFrom(error, `signing an address of ${container}/${name}`);
    }
  }

  async delete(container: ContainerName, name: string): Promise<void> {
    try {
      await this.#blob(container, name).delete(withLimit(OPERATION_LIMIT_MS));
    } catch (error) {
      if (isMissing(error)) return;
      throw storageErrorFrom(error, `deleting ${container}/${name}`);
    }
  }

  #blob(container: ContainerName, name: string): BlockBlobClient {
    checkBlobName(container, name);
    return this.#clients.blobs.getContainerClient(container).getBlockBlobClient(name);
  }
}

/** Downloads the version of the blob whose size was checked, and never more than `maxBytes`. */
async function download(
  blob: BlockBlobClient,
  options: { readonly contentLength: number; readonly etag: string; readonly maxBytes: number },
): Promise<BlobContent> {
  const response = await blob.download(0, options.contentLength, {
    ...withLimit(CONTENT_LIMIT_MS),
    conditions: { ifMatch: options.etag },
    maxRetryRequests: DOWNLOAD_RETRIES,
  });
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of response.readableStreamBody ?? []) {
    const bytes = Buffer.from(chunk);
    received += bytes.length;
    // Returning from the loop destroys the stream and closes the connection.
    if (received > options.maxBytes) return TOO_LARGE;
    chunks.push(bytes);
  }
  if (received !== options.contentLength) {
    throw new StorageError(
      'unavailable',
      `${blob.containerName}/${blob.name}: the download was cut short`,
    );
  }
  return { found: true, bytes: Uint8Array.from(Buffer.concat(chunks, received)) };
}

/** True only if the blob is missing. A missing container is an error. */
function isMissing(error: unknown): boolean {
  const failure = serviceFailure(error);
  return failure?.status === 404 && failure.code === 'BlobNotFound';
}

/** 409 `BlobAlreadyExists`, or 412 `ConditionNotMet` after a retry or a race. */
function isConflict(error: unknown): boolean {
  const failure = serviceFailure(error);
  return failure?.code === 'BlobAlreadyExists' || failure?.status === 412;
}

function withLimit(milliseconds: number): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(milliseconds) };
}
