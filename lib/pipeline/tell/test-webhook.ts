import { TEST_TYPE } from '../../webhook/event-names.ts';
import type { Webhook, WebhookAnswer } from '../../webhook/webhook.ts';
import type { Services } from '../services.ts';
import { cloudEvent, eventSource } from './cloud-event.ts';

/**
 * Sends a test event. If the receiver accepts it, a receiver that wanted no event any more gets events
 * again.
 */
export async function testWebhook(services: Services, webhook: Webhook): Promise<WebhookAnswer> {
  const time = services.clock.now();
  const id = `test-${time.getTime()}`;
  const about = { id, source: eventSource(services), time, subject: 'test' };
  const event = cloudEvent(TEST_TYPE, about, { text: 'Patchwright can reach this receiver.' });
  const answer = await webhook.send({ id, body: JSON.stringify(event) });
  if (answer.kind === 'accepted') await services.tellings.revive(webhook.addressHash);
  services.log.info('webhook tested', { receiver: webhook.host, answer: answer.kind });
  return answer;
}
