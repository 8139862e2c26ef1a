import { storageErrorFrom } from './azure-failure.ts';
import type { ContainerName } from './blobs.ts';
import type { StorageClients } from './storage-connection.ts';
import { OPERATION_LIMIT_MS } from './storage-connection.ts';

/** Port: lists blobs for people. The pipeline derives every name. Adapter: `AzureBlobNames`. */
export interface BlobNames {
  /** The first names with this prefix, sorted; at most `limit`, which is at most 5000. */
  list(container: ContainerName, prefix: string, limit: number): Promise<readonly string[]>;
}

/** Names in Blob Storage. One operation. */
export class AzureBlobNames implements BlobNames {
  readonly #clients: Pick<StorageClients, 'blobs'>;

  constructor(clients: Pick<StorageClients, 'blobs'>) {
    this.#clients = clients;
  }

  async list(container: ContainerName, prefix: string, limit: number): Promise<readonly string[]> {
    try {
      const abortSignal = AbortSignal.timeout(OPERATION_LIMIT_MS);
      const pages = this.#clients.blobs
        .getContainerClient(container)
        .listBlobsFlat({ prefix, abortSignal })
        .byPage({ maxPageSize: limit });
      const page = await pages.next();
      return page.done === true ? [] : page.value.segment.blobItems.map(({ name }) => name);
    } catch (error) {
      throw storageErrorFrom(error, `listing ${container}/${prefix}`);
    }
  }
}
