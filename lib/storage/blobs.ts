/**
 * The blob containers: `results` holds untrusted output of groups and the sealed job files that they
 * read, `reports` what the app accepted, `archive` the rows of old runs.
 */
export const CONTAINERS = {
  results: 'patchwright-results',
  reports: 'patchwright-reports',
  archive: 'patchwright-archive',
} as const;
export type ContainerName = (typeof CONTAINERS)[keyof typeof CONTAINERS];

export type BlobContent =
  | { readonly found: true; readonly bytes: Uint8Array }
  | { readonly found: false; readonly why: 'absent' | 'too-large' };

/** Port: blobs that are written once. Adapter: `AzureBlobs`. */
export interface Blobs {
  /** Reads at most `maxBytes`. A larger blob is refused without downloading it. */
  read(container: ContainerName, name: string, maxBytes: number): Promise<BlobContent>;
  /** Writes the blob if it is absent. Never overwrites. */
  create(
    container: ContainerName,
    name: string,
    bytes: Uint8Array,
    contentType: string,
  ): Promise<'created' | 'exists'>;
  /** A secret address that allows one PUT to create the blob until the expiry. */
  createOnlyUrl(container: ContainerName, name: string, expiresAt: Date): Promise<string>;
  /** A secret address that allows reading this one blob until the expiry. */
  readOnlyUrl(container: ContainerName, name: string, expiresAt: Date): Promise<string>;
  /** Does nothing if the blob is absent. */
  delete(container: ContainerName, name: string): Promise<void>;
}
