import type { QueueName } from './queues.ts';
import { StorageError } from './storage-error.ts';

/** A message's text holds 64 KiB (REST reference, Put Message), which in base64 is 48 KiB of JSON. */
const MAX_JSON_BYTES = 48 * 1024;
const MAX_DELAY_SECONDS = 7 * 24 * 60 * 60;

/** The message's text: JSON in base64, as `messageEncoding` in host.json says. `invalid` if too large. */
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

/** Throws `invalid` unless a message may be hidden for that long. */
export function checkDelay(queue: QueueName, seconds: number): void {
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > MAX_DELAY_SECONDS) {
    throw new StorageError(
      'invalid',
      `${queue}: a delay of ${seconds} s is not a whole number from 0 to ${MAX_DELAY_SECONDS}`,
    );
  }
}
