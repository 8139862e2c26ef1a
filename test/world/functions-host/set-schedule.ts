import { BlobServiceClient } from '@azure/storage-blob';
import { HOST_CONTAINER } from '../storage.ts';

/** Writes down when a timer ran last and is due next (ISO 8601), as the host does. */
export async function setSchedule(options: {
  readonly connectionString: string;
  readonly hostId: string;
  readonly functionName: string;
  readonly last: string;
  readonly next: string;
}): Promise<void> {
  const { connectionString, hostId, functionName, last, next } = options;
  const text = JSON.stringify({ Last: last, Next: next, LastUpdated: last });
  await BlobServiceClient.fromConnectionString(connectionString)
    .getContainerClient(HOST_CONTAINER)
    .getBlockBlobClient(`timers/${hostId}/Host.Functions.${functionName}/status`)
    .upload(text, Buffer.byteLength(text));
}
