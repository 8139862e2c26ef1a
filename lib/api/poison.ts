import * as z from 'zod';
import { readJson } from '../json/read-json.ts';
import type { Services } from '../pipeline/services.ts';
import {
  KeptMessage,
  listPoison,
  PoisonName,
  replayPoison,
} from '../pipeline/upkeep/replay-poison.ts';
import type { BlobNames } from '../storage/blob-names.ts';
import { type Answer, json, problem, tagged, wrongFields } from './answer.ts';

export const PoisonList = z.object({ items: z.array(KeptMessage) }).meta({ id: 'PoisonList' });
export const ReplayRequest = z.strictObject({ name: PoisonName }).meta({ id: 'ReplayRequest' });
export const Replay = z.object({ name: z.string() }).meta({ id: 'Replayed' });

export async function getPoison(
  names: BlobNames,
  ifNoneMatch: string | undefined,
): Promise<Answer> {
  return tagged({ items: await listPoison(names) }, ifNoneMatch);
}

/** Sends a poison message again. */
export async function postReplay(
  body: string,
  services: Pick<Services, 'blobs' | 'queues' | 'log'>,
): Promise<Answer> {
  const document = readJson(z.unknown(), new TextEncoder().encode(body));
  if (!document.ok) return problem(400, `the body ${document.fault}`);
  const request = ReplayRequest.safeParse(document.value);
  if (!request.success) {
    return wrongFields([{ field: 'name', fault: request.error.issues[0]?.message ?? 'is wrong' }]);
  }
  const { name } = request.data;
  switch (await replayPoison(services, name)) {
    case 'sent':
      return json({ name }, 202);
    case 'no-such-message':
      return problem(404, `there is no poison message "${name}": GET /api/poison lists them`);
    case 'not-a-message':
      return problem(409, 'no function can process this message: its blob says why');
  }
}
