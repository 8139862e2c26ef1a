import type { QueueName } from './queues.ts';
import { StorageError } from './storage-error.ts';

/** A message holds 64 KiB of text (REST reference, Put Message): 48 KiB of JSON in base64. */
const MAX_JSON_BYTES = 48 * 1024;
const MAX_DELAY_SECONDS = 7 * 24 * 60 * 60;

/** Encodes JSON as base64, to match `messageEncoding` in host.json. Throws `invalid` if too large. */
export function encodeMessage(queue: QueueName, message: unknown): string {
  const json: string | undefined = JSON.stringify(message);
  if (json === undefined) throw new StorageError('invalid', `${queue}: a message must be JSON`);
  const bytes = Buffer.from(json);
  if (bytes.length > MAX_JSON_BYTES) {
    throw new StorageError(
      'invalid',
      `${queue}: a message of ${bytes.length} bytes, more than ${MAX_JSON_BYTES}`,
    );
  }
  return bytes.toString('base64');
}

/** Throws `invalid` unless the service allows this delay. */
export function checkDelay(queue: QueueName, seconds: number): void {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_DELAY_SECONDS) {
    throw new StorageError(
      'invalid',
      `${queue}: a delay of ${seconds} s is not a whole number from 0 to ${MAX_DELAY_SECONDS}`,
    );
  }
}
