import * as z from 'zod';
import type { Services } from '../pipeline/services.ts';
import { testWebhook } from '../pipeline/tell/test-webhook.ts';
import { type Answer, json, problem } from './answer.ts';

export const WebhookTested = z
  .object({
    /** The receiver's host. */
    receiver: z.string(),
    accepted: z.boolean(),
    /** Why it did not accept the event. */
    detail: z.string().optional(),
  })
  .meta({ id: 'WebhookTested' });

/** Sends a test event to the receiver, from the app's own network. */
export async function postTestWebhook(services: Services): Promise<Answer> {
  const { webhook } = services;
  if (webhook === undefined) {
    return problem(409, 'no webhook is set: PATCHWRIGHT_WEBHOOK_URL is absent');
  }
  const answer = await testWebhook(services, webhook);
  const accepted = answer.kind === 'accepted';
  const detail = accepted ? {} : { detail: answer.detail };
  return json({ receiver: webhook.host, accepted, ...detail }, 200);
}
