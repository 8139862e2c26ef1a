import { sha256Hex } from '../../image/digest.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import type { QueueName } from '../../storage/queues.ts';
import type { Services } from '../services.ts';

/**
 * Keeps a message that failed too often, for replay. The job or run it was for is left to the tick
 * and the reaper: a message is only a hint, and its own budget ends nothing.
 */
export async function keepPoison(
  services: Services,
  queue: QueueName,
  message: unknown,
): Promise<void> {
  const text = textOf(message);
  const blob = `poison/${queue}/${sha256Hex(text).slice(0, 32)}.json`;
  await services.blobs.create(
    CONTAINERS.reports,
    blob,
    new TextEncoder().encode(text),
    'application/json',
  );
  services.log.error('poison message kept', { event: 'poison', queue, blob });
}

/** A message nested too deeply for JSON is not ours: only the fact that it came is kept. */
function textOf(message: unknown): string {
  try {
    return JSON.stringify(message) ?? 'null';
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return JSON.stringify({ unwritable: error.message });
  }
}
