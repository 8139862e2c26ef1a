import type { PoisonMessage, QueueName } from '../../storage/queues.ts';

/** Why the host moved a message to a poison queue. */
export type PoisonReason = 'failed' | 'not-base64' | 'not-utf-8' | 'not-json';

export interface PoisonRecord {
  /** `poison/QUEUE/WHEN-WHY-ID.json` */
  readonly name: string;
  readonly why: PoisonReason;
  readonly content: Uint8Array;
}

const EXPLANATIONS: Readonly<Record<PoisonReason, string>> = {
  failed:
    'its function failed at every attempt; see the exceptions in the log just before poisonedAt',
  'not-base64': 'its text is not base64: the app did not send it, and no function received it',
  'not-utf-8': 'its bytes are not UTF-8: the app did not send it, and no function received it',
  'not-json': 'its text is not JSON: the app did not send it',
};
/** What the host decodes. It ignores bits of the last digit that no byte uses. */
const BASE64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/;

/**
 * The record of a poison message: its content, and for operators its time, queue, cause and replay
 * command. The same message always gives the same record.
 */
export function poisonRecord(queue: QueueName, message: PoisonMessage): PoisonRecord {
  const { text, id, insertedAt } = message;
  const { why, decoded } = read(text);
  const when = insertedAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const name = `poison/${queue}/${when}Z-${why}-${id.replaceAll(/[^\w-]/g, '')}.json`;
  const record = {
    version: 1,
    queue,
    poisonedAt: insertedAt.toISOString(),
    why,
    explanation: EXPLANATIONS[why],
    replay: why === 'failed' ? replayOf(queue) : 'none: no function can process it',
    ...(decoded !== undefined && { message: decoded }),
    // Without this, what decoding drops would be lost with the message, such as white space.
    ...(!isExact(text, decoded) && { text }),
  };
  return { name, why, content: new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`) };
}

/** The command reads the blob from a file: a message is untrusted and never part of a command. */
function replayOf(queue: QueueName): string {
  return `az storage message put --account-name ACCOUNT --auth-mode login --queue-name ${queue} --content "$(jq -j .message FILE | base64 -w 0)"`;
}

function read(text: string): { readonly why: PoisonReason; readonly decoded?: string } {
  const compact = text.replaceAll(/[\t\n\r ]/g, '');
  if (!BASE64.test(compact)) return { why: 'not-base64' };
  const bytes = Buffer.from(compact, 'base64');
  let decoded: string;
  try {
    decoded = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { why: 'not-utf-8' };
  }
  return { why: isJson(decoded) ? 'failed' : 'not-json', decoded };
}

function isExact(text: string, decoded: string | undefined): boolean {
  return decoded !== undefined && Buffer.from(decoded).toString('base64') === text;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
