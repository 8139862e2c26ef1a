import * as z from 'zod';
import { readJson } from '../../json/read-json.ts';
import type { BlobNames } from '../../storage/blob-names.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { QUEUES } from '../../storage/queues.ts';
import { JobMessage, RunMessage, TellMessage } from '../messages.ts';
import type { Services } from '../services.ts';

/** `poison/` of the blob's name is left out. */
export const PoisonName = z
  .string()
  .max(300)
  .regex(
    /^patchwright-(?:jobs|runs)\/\d{8}T\d{6}Z-(?:failed|not-base64|not-utf-8|not-json)-[\w-]+\.json$/,
    'must be a name that the list of poison messages shows',
  );

/** A poison message that the reaper has kept, by its blob's name. */
export const KeptMessage = z
  .object({
    name: z.string(),
    queue: z.string(),
    poisonedAt: z.iso.datetime(),
    why: z.enum(['failed', 'not-base64', 'not-utf-8', 'not-json']),
  })
  .meta({ id: 'PoisonMessage' });
export type KeptMessage = z.infer<typeof KeptMessage>;

const PREFIX = 'poison/';
const MOST_NAMES = 1000;
const MAX_BYTES = 1024 * 1024;

const Message = z.union([
  z.object({
    queue: z.literal(QUEUES.runs),
    message: messageOf(z.union([RunMessage, TellMessage])),
  }),
  z.object({ queue: z.literal(QUEUES.jobs), message: messageOf(JobMessage) }),
]);

export type Replayed = 'sent' | 'no-such-message' | 'not-a-message';

/** The poison messages that are kept, newest last. One operation. */
export async function listPoison(names: BlobNames): Promise<readonly KeptMessage[]> {
  const found = await names.list(CONTAINERS.reports, PREFIX, MOST_NAMES);
  return found.flatMap((name) => keptMessage(name.slice(PREFIX.length)));
}

/**
 * Sends a message again and deletes its blob. If it fails again, the reaper keeps it again. A crash in
 * between sends it twice, which its run or job ignores.
 */
export async function replayPoison(
  { blobs, queues, log }: Pick<Services, 'blobs' | 'queues' | 'log'>,
  name: z.infer<typeof PoisonName>,
): Promise<Replayed> {
  const path = PREFIX + name;
  const content = await blobs.read(CONTAINERS.reports, path, MAX_BYTES);
  if (!content.found) return content.why === 'absent' ? 'no-such-message' : 'not-a-message';
  const record = readJson(Message, content.bytes);
  if (!record.ok) return 'not-a-message';
  await queues.send(record.value.queue, record.value.message);
  log.warn('poison message replayed', { queue: record.value.queue, blob: path });
  await blobs.delete(CONTAINERS.reports, path);
  return 'sent';
}

function keptMessage(name: string): readonly KeptMessage[] {
  if (!PoisonName.safeParse(name).success) return [];
  const [queue, when, why] =
    /^([^/]+)\/(\d{8}T\d{6}Z)-(failed|not-base64|not-utf-8|not-json)-/.exec(name)?.slice(1) ?? [];
  const poisonedAt = (when ?? '').replace(
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
    '$1-$2-$3T$4:$5:$6Z',
  );
  const kept = KeptMessage.safeParse({ name, queue, poisonedAt, why });
  return kept.success ? [kept.data] : [];
}

/** A message inside its record is text. */
function messageOf<Value extends z.ZodType>(schema: Value) {
  return z.string().transform((text, context): z.infer<Value> => {
    const parsed = readJson(schema, new TextEncoder().encode(text));
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', message: parsed.fault });
    return z.NEVER;
  });
}
