/** The blob containers: what groups claim, and what was accepted. */
export const CONTAINERS = {
  results: 'patchwright-results',
  reports: 'patchwright-reports',
} as const;
export type ContainerName = (typeof CONTAINERS)[keyof typeof CONTAINERS];

export type BlobContent =
  | { readonly found: true; readonly bytes: Uint8Array }
  | { readonly found: false; readonly why: 'absent' | 'too-large' };

/** Port: blobs that are written once. Adapter: `AzureBlobs`. */
export interface Blobs {
  /** Reads at most `maxBytes`; a larger blob is refused before its content is fetched. */
  read(container: ContainerName, name: string, maxBytes: number): Promise<BlobContent>;
  /** Writes the blob if it is absent; a blob that is there is left as it is. */
  create(
    container: ContainerName,
    name: string,
    bytes: Uint8Array,
    contentType: string,
  ): Promise<'created' | 'exists'>;
  /** An address (a secret) under which exactly one PUT can create the blob, until the expiry. */
  createOnlyUrl(container: ContainerName, name: string, expiresAt: Date): Promise<string>;
  /** Ends well where it is absent. */
  delete(container: ContainerName, name: string): Promise<void>;
}
